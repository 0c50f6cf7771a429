import type { LanguageModelV4Content, LanguageModelV4Message } from '@ai-sdk/provider';

/** A message of the GenAI conventions (gen-ai-input-messages.json, gen-ai-output-messages.json). */
export interface GenAiMessage {
  readonly role: string;
  readonly parts: readonly GenAiPart[];
  readonly finish_reason?: string;
}

type GenAiPart = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Converts the stored input of a model call; null when it was truncated. */
export function toInput(
  stored: unknown,
): { readonly system: readonly GenAiPart[]; readonly messages: readonly GenAiMessage[] } | null {
  if (!Array.isArray(stored)) return null;
  const given = stored as LanguageModelV4Message[];
  return {
    system: given.flatMap((message) =>
      message.role === 'system' ? [{ type: 'text', content: message.content }] : [],
    ),
    messages: given.flatMap((message) =>
      message.role === 'system'
        ? []
        : [{ role: message.role, parts: (message.content as readonly Part[]).map(toPart) }],
    ),
  };
}

/** Converts the stored output of a model call; null when it was truncated or is not a list. */
export const toOutput = (stored: unknown, finish_reason: string): GenAiMessage | null =>
  Array.isArray(stored)
    ? {
        role: 'assistant',
        parts: (stored as Part[]).filter(({ type }) => type !== 'source').map(toPart),
        finish_reason,
      }
    : null;

export const ofText = (
  role: 'user' | 'assistant',
  text: string,
  finish_reason?: string,
): GenAiMessage => ({
  role,
  parts: [{ type: 'text', content: text }],
  ...(finish_reason === undefined ? {} : { finish_reason }),
});

type Part = LanguageModelV4Content | Exclude<LanguageModelV4Message['content'], string>[number];

function toPart(part: Part): GenAiPart {
  if (part.type === 'text') return { type: 'text', content: part.text };
  if (part.type === 'reasoning') return { type: 'reasoning', content: part.text };
  if (part.type === 'tool-call')
    return {
      type: 'tool_call',
      id: part.toolCallId,
      name: part.toolName,
      arguments: typeof part.input === 'string' ? readJson(part.input) : part.input,
    };
  if (part.type === 'tool-result')
    return {
      type: 'tool_call_response',
      id: part.toolCallId,
      response: 'output' in part ? outputOf(part.output) : part.result,
    };
  // Images and documents are exported without their bytes.
  return { type: part.type, ...('mediaType' in part ? { mime_type: part.mediaType } : {}) };
}

const outputOf = (output: { readonly type: string; readonly value?: unknown }) =>
  output.type === 'content' && Array.isArray(output.value)
    ? output.value.filter(({ type }: { type: string }) => type === 'text')
    : (output.value ?? output.type);

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
