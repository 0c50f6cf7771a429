import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { estimateTokens } from '../../shared/tokens.ts';
import { isSummaryPart } from '../conversation.ts';
import { readDocuments, readPassages } from '../passages.ts';
import { notFound } from './not-found.ts';
import { selectQuotes } from './quotes.ts';

const searchTool = 'knowledge_search';
/** Maximum characters of a search query. */
const maxQueryChars = 1000;

/**
 * Answers with the sentences that match the question best, each with its citation. Calls
 * `knowledge_search` first when the tool is available. Runs without a network, and is deterministic.
 */
export const extractiveModel: LanguageModelV4 = {
  specificationVersion: 'v4',
  provider: 'builtin',
  modelId: 'extractive',
  supportedUrls: {},
  async doGenerate(options) {
    const { content, finishReason, usage } = answer(options);
    return { content: [content], finishReason, usage, warnings: [] };
  },
  async doStream(options) {
    return { stream: streamOf(answer(options)) };
  },
};

interface Answer {
  readonly content: Extract<LanguageModelV4Content, { type: 'text' | 'tool-call' }>;
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
}

function answer(options: LanguageModelV4CallOptions): Answer {
  const { prompt, maxOutputTokens } = options;
  const input = prompt.reduce((sum, message) => sum + estimateTokens(textOf(message)), 0);
  const search = searchFor(options);
  if (search !== null)
    return {
      content: search,
      finishReason: { unified: 'tool-calls', raw: undefined },
      usage: usageOf(input, search.input),
    };
  const full = answerText(prompt);
  const text = maxOutputTokens === undefined ? full : truncate(full, maxOutputTokens);
  return {
    content: { type: 'text', text },
    finishReason: { unified: text === full ? 'stop' : 'length', raw: undefined },
    usage: usageOf(input, text),
  };
}

/** Returns a call of `knowledge_search` with the question; null without a question, after a search, or when the tool is not available. */
function searchFor({
  prompt,
  tools = [],
  toolChoice,
}: LanguageModelV4CallOptions): LanguageModelV4ToolCall | null {
  const last = prompt.at(-1);
  const mayCall =
    toolChoice?.type !== 'none' &&
    tools.some((tool) => tool.type === 'function' && tool.name === searchTool);
  if (!mayCall || last?.role !== 'user') return null;
  const question = textOf(last);
  if (readPassages(question) !== null) return null;
  return {
    type: 'tool-call',
    toolCallId: `search_${prompt.length}`,
    toolName: searchTool,
    input: JSON.stringify({ query: question.slice(0, maxQueryChars) }),
  };
}

function answerText(prompt: LanguageModelV4Prompt): string {
  const turns = prompt.filter((message) => message.role === 'user').map(textOf);
  const newest = turns.at(-1) ?? '';
  const given = readPassages(newest);
  if (given !== null) return quote(given.passages, given.question, turns.slice(0, -1));
  const found = prompt
    .slice(prompt.findLastIndex(({ role }) => role === 'user'))
    .flatMap(resultsOf);
  return found.length === 0
    ? notFound(newest).document
    : quote(found.flatMap(readDocuments), newest, turns.slice(0, -1));
}

/** Returns the results of `knowledge_search` in a message, as text. */
const resultsOf = (message: LanguageModelV4Message): string[] =>
  message.role !== 'tool'
    ? []
    : message.content.flatMap((part) =>
        part.type === 'tool-result' && part.toolName === searchTool && part.output.type === 'text'
          ? [part.output.value]
          : [],
      );

const usageOf = (input: number, text: string): LanguageModelV4Usage => {
  const output = estimateTokens(text);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
};

function quote(
  passages: Parameters<typeof selectQuotes>[0],
  question: string,
  earlier: readonly string[],
): string {
  const before = earlier.map((turn) => readPassages(turn)?.question ?? turn).at(-1) ?? '';
  const quotes = selectQuotes(passages, question, before);
  if (quotes.length === 0) return notFound(question).passage;
  return quotes
    .map(({ text, number }) => `> ${text}${number === null ? '' : ` [${number}]`}`)
    .join('\n\n');
}

function textOf(message: LanguageModelV4Message): string {
  if (message.role === 'system') return message.content;
  const last = message.content.length - 1;
  return message.content
    .map((part, index) =>
      part.type === 'text' && (index === last || !isSummaryPart(part.text)) ? part.text : '',
    )
    .join('');
}

/** Cuts a text to whole words within a number of tokens. */
function truncate(text: string, tokens: number): string {
  if (estimateTokens(text) <= tokens) return text;
  const cut = text.slice(0, tokens * 4);
  return cut.slice(0, Math.max(cut.lastIndexOf(' '), 1));
}

/** Streams an answer in deltas of a few words, like a provider. */
function streamOf({
  content,
  finishReason,
  usage,
}: Answer): ReadableStream<LanguageModelV4StreamPart> {
  const parts: LanguageModelV4StreamPart[] = [
    { type: 'stream-start', warnings: [] },
    ...(content.type === 'text' ? partsOf(content.text) : [content]),
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

const partsOf = (text: string): LanguageModelV4StreamPart[] => [
  { type: 'text-start', id: '0' },
  ...(text.match(/(?:\S+\s*){1,4}|\s+/g) ?? []).map(
    (delta) => ({ type: 'text-delta', id: '0', delta }) as const,
  ),
  { type: 'text-end', id: '0' },
];
