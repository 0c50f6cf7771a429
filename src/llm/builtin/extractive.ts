import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4Message,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { estimateTokens } from '../../shared/tokens.ts';
import { readPassages } from '../passages.ts';
import { selectQuotes } from './quotes.ts';

const nothingFound =
  'I found nothing about that in the documents. (I am the built-in extractive model: I only quote passages, I do not reason about them.)';
const noDocuments =
  'I can only quote documents, and none were found for this. Add documents to the agent, or choose a language model that answers by itself.';

/**
 * Answers by quoting the sentences that say most about the question, each with its citation. It runs
 * without a network, always answers the same, and never claims more than the documents say.
 */
export const extractiveModel: LanguageModelV4 = {
  specificationVersion: 'v4',
  provider: 'builtin',
  modelId: 'extractive',
  supportedUrls: {},
  async doGenerate(options) {
    const { text, finishReason, usage } = answer(options);
    return { content: [{ type: 'text', text }], finishReason, usage, warnings: [] };
  },
  async doStream(options) {
    return { stream: streamOf(answer(options)) };
  },
};

interface Answer {
  readonly text: string;
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
}

function answer({ prompt, maxOutputTokens }: LanguageModelV4CallOptions): Answer {
  const turns = prompt.filter((message) => message.role === 'user').map(textOf);
  const asked = readPassages(turns.at(-1) ?? '');
  const full = asked === null ? noDocuments : quote(asked.passages, asked.question, turns.slice(0, -1));
  const text = maxOutputTokens === undefined ? full : truncate(full, maxOutputTokens);
  const input = prompt.reduce((sum, message) => sum + estimateTokens(textOf(message)), 0);
  const output = estimateTokens(text);
  return {
    text,
    finishReason: { unified: text === full ? 'stop' : 'length', raw: undefined },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: output, text: output, reasoning: 0 },
    },
  };
}

function quote(passages: Parameters<typeof selectQuotes>[0], question: string, earlier: readonly string[]): string {
  const before = earlier.map((turn) => readPassages(turn)?.question ?? turn).at(-1) ?? '';
  const quotes = selectQuotes(passages, question, before);
  if (quotes.length === 0) return nothingFound;
  return quotes.map(({ text, number }) => `> ${text} [${number}]`).join('\n\n');
}

function textOf(message: LanguageModelV4Message): string {
  if (message.role === 'system') return message.content;
  return message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Whole words only, so that the text stays a prefix of the full one. */
function truncate(text: string, tokens: number): string {
  if (estimateTokens(text) <= tokens) return text;
  const cut = text.slice(0, tokens * 4);
  return cut.slice(0, Math.max(cut.lastIndexOf(' '), 1));
}

/** A few words at a time, as a provider would send them. */
function streamOf({ text, finishReason, usage }: Answer): ReadableStream<LanguageModelV4StreamPart> {
  const deltas = text.match(/(?:\S+\s*){1,4}|\s+/g) ?? [];
  const parts: LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: '0' },
    ...deltas.map((delta) => ({ type: 'text-delta', id: '0', delta }) as const),
    { type: 'text-end', id: '0' },
    { type: 'finish', finishReason, usage },
  ];
  return new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}
