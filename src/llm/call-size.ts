import type { LanguageModelV4CallOptions, LanguageModelV4Content } from '@ai-sdk/provider';
import { estimateTokens, tokensOfImage } from '../shared/tokens.ts';

/** Estimated size of a call in tokens. */
export interface CallSize {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** Tokens that each message adds to its text. */
const tokensPerMessage = 4;

type Part = { readonly type: string; readonly [key: string]: unknown };

/** Estimates the input tokens of a call: conversation, tools and the schema of the answer. */
export function promptTokens({
  prompt,
  tools = [],
  responseFormat,
}: Pick<LanguageModelV4CallOptions, 'prompt' | 'tools' | 'responseFormat'>) {
  const conversation = prompt.reduce((sum, { content }) => {
    const parts: readonly Part[] =
      typeof content === 'string'
        ? [{ type: 'text', text: content }]
        : (content as readonly unknown[] as readonly Part[]);
    return sum + tokensPerMessage + parts.reduce((all, part) => all + tokensOfPart(part), 0);
  }, 0);
  return (
    conversation +
    tokensOfJson(tools) +
    (responseFormat?.type === 'json' ? tokensOfJson(responseFormat.schema) : 0)
  );
}

/** Estimates the tokens of an answer, or of the part of it that was received. */
export const contentTokens = (content: readonly LanguageModelV4Content[]): number =>
  content.reduce((sum, part) => sum + tokensOfPart(part as Part), 0);

function tokensOfPart(part: Part): number {
  if (typeof part.text === 'string') return estimateTokens(part.text);
  if (part.type === 'file')
    return typeof part.mediaType === 'string' && part.mediaType.startsWith('image/')
      ? tokensOfImage
      : tokensOfFile(part.data);
  if (part.type === 'tool-call')
    return estimateTokens(
      typeof part.input === 'string' ? part.input : JSON.stringify(part.input ?? ''),
    );
  return part.type === 'tool-result' ? tokensOfResult(part.output) : 0;
}

/** Counts images in the result of a tool like others. */
function tokensOfResult(output: unknown): number {
  const { type, value } = (output ?? {}) as { readonly type?: string; readonly value?: unknown };
  return type === 'content' && Array.isArray(value)
    ? value.reduce((sum: number, part: Part) => sum + tokensOfPart(part), 0)
    : tokensOfJson(output);
}

const tokensOfJson = (value: unknown): number =>
  value === undefined ? 0 : estimateTokens(JSON.stringify(value));

/** Counts all bytes of a file as text. */
const tokensOfFile = (data: unknown): number =>
  data instanceof Uint8Array ? Math.ceil(data.byteLength / 4) : tokensOfJson(data);
