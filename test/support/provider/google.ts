import type { Call, Protocol } from './protocol.ts';
import { argumentValue, type Round, type Usage, whole } from './script.ts';

/** Google generateContent, https://ai.google.dev/api/generate-content; its stream has CRLF line ends and no last word but `finishReason`. */
export const google: Protocol = {
  request_id_header: 'x-request-id',
  stream: streamContent,
  answer: (round, call) =>
    contentOf(
      call,
      round,
      [...thoughts(round, true), ...texts(round, true), ...functionCalls(round)],
      finishOf(round),
    ),
  failure: googleFailure,
  failureEvent: (call) => event(googleFailure(503, call)),
};

const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};

function googleFailure(status: number, call: Call): unknown {
  const message = `The request failed with ${status}; key ${call.body?.credential ?? ''}.`;
  return { error: { code: status, message, status: statuses[status] ?? 'UNAVAILABLE' } };
}

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\r\n\r\n`;

const finishOf = ({ finish }: Round): string =>
  finish === 'length' ? 'MAX_TOKENS' : finish === 'content-filter' ? 'SAFETY' : 'STOP';

const inParts = (pieces: readonly string[] | undefined, joined: boolean): readonly string[] =>
  pieces === undefined ? [] : joined ? [whole(pieces)] : pieces;

const thoughts = (round: Round, joined: boolean): object[] =>
  inParts(round.reasoning, joined).map((text) => ({ text, thought: true }));

const texts = (round: Round, joined: boolean): object[] =>
  inParts(round.text, joined).map((text) => ({ text }));

/** Parallel calls come together; only the first bears the thought's signature. */
const functionCalls = ({ tool_calls }: Round): object[] =>
  (tool_calls ?? []).map((tool, index) => ({
    functionCall: { id: tool.id, name: tool.name, args: argumentValue(tool) },
    ...(index === 0 ? { thoughtSignature: 'EpEgCo4gAb4+9vvWwdN+' } : {}),
  }));

function usageOf({ input_tokens, output_tokens, cache_read_tokens, reasoning_tokens = 0 }: Usage) {
  return {
    promptTokenCount: input_tokens,
    candidatesTokenCount: output_tokens - reasoning_tokens,
    totalTokenCount: input_tokens + output_tokens,
    ...(cache_read_tokens === undefined ? {} : { cachedContentTokenCount: cache_read_tokens }),
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: input_tokens }],
    ...(reasoning_tokens === 0 ? {} : { thoughtsTokenCount: reasoning_tokens }),
  };
}

function contentOf(
  call: Call,
  { usage }: Round,
  parts: readonly object[],
  finishReason?: string,
): unknown {
  return {
    candidates: [
      {
        content: { parts, role: 'model' },
        ...(finishReason === undefined ? {} : { finishReason }),
        index: 0,
      },
    ],
    ...(usage === undefined ? {} : { usageMetadata: usageOf(usage) }),
    modelVersion: call.model,
    responseId: call.id,
  };
}

function streamContent(round: Round, call: Call): string[] {
  const calls = functionCalls(round);
  return [
    ...[...thoughts(round, false), ...texts(round, false)].map((part) =>
      event(contentOf(call, round, [part])),
    ),
    ...(calls.length === 0 ? [] : [event(contentOf(call, round, calls))]),
    event(contentOf(call, round, [{ text: '' }], finishOf(round))),
  ];
}
