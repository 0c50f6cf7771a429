import { crc32 } from 'node:zlib';
import type { Call, Protocol, WireEvent } from './protocol.ts';
import { argumentText, inPieces, type Round, type Usage, whole } from './script.ts';

/** Bedrock's ConverseStream, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html, in frames of Amazon's event streams. */
export const bedrock: Protocol = {
  request_id_header: 'x-amzn-requestid',
  stream_type: 'application/vnd.amazon.eventstream',
  stream: streamConverse,
  answer: (round) => ({
    output: { message: { role: 'assistant', content: contentOf(round) } },
    stopReason: stopReasonOf(round),
    ...(round.usage === undefined ? {} : { usage: usageOf(round.usage) }),
    metrics: { latencyMs: 1 },
  }),
  failure: bedrockFailure,
  failureEvent: (call) =>
    frame(
      { ':message-type': 'exception', ':exception-type': 'internalServerException' },
      bedrockFailure(500, call),
    ),
};

function bedrockFailure(status: number, call: Call) {
  return { message: `The request failed with ${status}; key ${call.body?.credential ?? ''}.` };
}

const stopReasonOf = ({ finish, tool_calls }: Round): string =>
  finish === 'length'
    ? 'max_tokens'
    : finish === 'content-filter'
      ? 'content_filtered'
      : tool_calls === undefined
        ? 'end_turn'
        : 'tool_use';

/** Its input leaves out what the cache had. */
const usageOf = ({
  input_tokens,
  output_tokens,
  cache_read_tokens = 0,
  cache_write_tokens = 0,
}: Usage) => ({
  inputTokens: input_tokens - cache_read_tokens - cache_write_tokens,
  outputTokens: output_tokens,
  totalTokens: input_tokens + output_tokens,
  cacheReadInputTokens: cache_read_tokens,
  cacheWriteInputTokens: cache_write_tokens,
});

const contentOf = ({ text, tool_calls = [] }: Round): object[] => [
  ...(text === undefined ? [] : [{ text: whole(text) }]),
  ...tool_calls.map((tool) => ({
    toolUse: { toolUseId: tool.id, name: tool.name, input: JSON.parse(argumentText(tool)) },
  })),
];

function streamConverse(round: Round): WireEvent[] {
  const blocks: { readonly start?: object; readonly deltas: readonly object[] }[] = [
    ...(round.reasoning === undefined
      ? []
      : [{ deltas: round.reasoning.map((text) => ({ reasoningContent: { text } })) }]),
    ...(round.text === undefined ? [] : [{ deltas: round.text.map((text) => ({ text })) }]),
    ...(round.tool_calls ?? []).map((tool) => ({
      start: { toolUse: { toolUseId: tool.id, name: tool.name } },
      deltas: inPieces(argumentText(tool)).map((input) => ({ toolUse: { input } })),
    })),
  ];
  return [
    event('messageStart', { role: 'assistant' }),
    ...blocks.flatMap(({ start, deltas }, contentBlockIndex) => [
      ...(start === undefined ? [] : [event('contentBlockStart', { contentBlockIndex, start })]),
      ...deltas.map((delta) => event('contentBlockDelta', { contentBlockIndex, delta })),
      event('contentBlockStop', { contentBlockIndex }),
    ]),
    event('messageStop', { stopReason: stopReasonOf(round) }),
    ...(round.usage === undefined
      ? []
      : [event('metadata', { usage: usageOf(round.usage), metrics: { latencyMs: 1 } })]),
  ];
}

const event = (type: string, data: object): WireEvent =>
  frame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    data,
  );

/** Lengths and their checksum, headers, payload, checksum of all. Each header is a string, type 7. */
function frame(headers: Readonly<Record<string, string>>, data: object): Uint8Array<ArrayBuffer> {
  const encoded = Object.entries(headers).map(([name, value]) => {
    const size = Buffer.alloc(2);
    size.writeUInt16BE(Buffer.byteLength(value));
    return Buffer.concat([
      Buffer.from([Buffer.byteLength(name)]),
      Buffer.from(name),
      Buffer.from([7]),
      size,
      Buffer.from(value),
    ]);
  });
  const header = Buffer.concat(encoded);
  const payload = Buffer.from(JSON.stringify(data));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(prelude.length + header.length + payload.length + 4, 0);
  prelude.writeUInt32BE(header.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const all = Buffer.concat([prelude, header, payload]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(all));
  return Uint8Array.from(Buffer.concat([all, checksum]));
}
