import type { LanguageModelV4CallOptions, LanguageModelV4Content } from '@ai-sdk/provider';
import { estimateTokens, tokensOfImage } from '../shared/tokens.ts';

/** Tokens of a call, as far as they can be told without the provider. */
export interface CallSize {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** What a message takes besides its text. */
const perMessage = 4;

type Part = { readonly type: string; readonly [key: string]: unknown };

/** Estimated tokens of everything a model is given: conversation, tools, the schema of the answer. */
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
    return sum + perMessage + parts.reduce((all, part) => all + tokensOfPart(part), 0);
  }, 0);
  return (
    conversation +
    tokensOfJson(tools) +
    (responseFormat?.type === 'json' ? tokensOfJson(responseFormat.schema) : 0)
  );
}

/** Estimated tokens of an answer, or of as much of it as came. */
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
  return part.type === 'tool-result' ? tokensOfJson(part.output) : 0;
}

const tokensOfJson = (value: unknown): number =>
  value === undefined ? 0 : estimateTokens(JSON.stringify(value));

/** Text in a file is not told from anything else in it. */
const tokensOfFile = (data: unknown): number =>
  data instanceof Uint8Array ? Math.ceil(data.byteLength / 4) : tokensOfJson(data);
