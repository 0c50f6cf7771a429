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
import { isNote } from '../conversation.ts';
import { readDocuments, readPassages } from '../passages.ts';
import { notFound } from './not-found.ts';
import { selectQuotes } from './quotes.ts';

/** The tools that it calls, in this order, as far as they are available and the one before has found nothing. */
const searchTools = ['knowledge_search', 'web_search'] as const;
/** Maximum characters of a query of the tools. */
const maxQueryChars: Readonly<Record<(typeof searchTools)[number], number>> = {
  knowledge_search: 1000,
  web_search: 400,
};
/**
 * Answers with the sentences that match the question best, each with its citation. Calls `knowledge_search`, then
 * `web_search`, where they are available and nothing is found without. Runs without a network, and is deterministic.
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

/** Returns a call of the next search tool with the question; null without a question, once something is found, or without such a tool. */
function searchFor({
  prompt,
  tools = [],
  toolChoice,
}: LanguageModelV4CallOptions): LanguageModelV4ToolCall | null {
  const { question, passages, quotes, since } = readPrompt(prompt);
  if (toolChoice?.type === 'none' || quotes.length > 0 || since.length === 0) return null;
  const called = since.flatMap((message) => (message.role === 'tool' ? message.content : []));
  const isDone = (name: string) =>
    called.some((part) => part.type === 'tool-result' && part.toolName === name) ||
    // The passages of the question are what the search has found.
    (name === 'knowledge_search' && passages !== null);
  const next = searchTools.find(
    (name) => !isDone(name) && tools.some((tool) => tool.type === 'function' && tool.name === name),
  );
  return next === undefined
    ? null
    : {
        type: 'tool-call',
        toolCallId: `search_${prompt.length}`,
        toolName: next,
        input: JSON.stringify({ query: question.slice(0, maxQueryChars[next]).trim() }),
      };
}

function answerText(prompt: LanguageModelV4Prompt): string {
  const { question, passages, found, quotes } = readPrompt(prompt);
  if (passages === null && found.length === 0) return notFound(question).document;
  if (quotes.length === 0) return notFound(question).passage;
  return quotes
    .map(({ text, number }) => `> ${text}${number === null ? '' : ` [${number}]`}`)
    .join('\n\n');
}

/** Reads the newest question, with the passages sent with it, the results of tools since then, and what answers it. */
function readPrompt(prompt: LanguageModelV4Prompt) {
  const turns = prompt.filter((message) => message.role === 'user').map(textOf);
  const newest = turns.at(-1) ?? '';
  const given = readPassages(newest);
  const question = given?.question ?? newest;
  const since =
    turns.length === 0 ? [] : prompt.slice(prompt.findLastIndex(({ role }) => role === 'user'));
  const found = since.flatMap(resultsOf);
  const passages = given?.passages ?? null;
  const before = turns.slice(0, -1).map((turn) => readPassages(turn)?.question ?? turn);
  const quotes = selectQuotes(
    [...(passages ?? []), ...found.flatMap(readDocuments)],
    question,
    before.at(-1) ?? '',
  );
  return { question, passages, found, quotes, since };
}

/** Returns the results in a message of the search tools, and of tools whose results hold documents, as text. */
const resultsOf = (message: LanguageModelV4Message): string[] =>
  message.role !== 'tool'
    ? []
    : message.content.flatMap((part) =>
        part.type === 'tool-result' &&
        part.output.type === 'text' &&
        (searchTools.some((name) => name === part.toolName) || holdsDocuments(part.output.value))
          ? [part.output.value]
          : [],
      );

const holdsDocuments = (text: string): boolean => readDocuments(text).length > 0;

const usageOf = (input: number, text: string): LanguageModelV4Usage => {
  const output = estimateTokens(text);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
};

function textOf(message: LanguageModelV4Message): string {
  if (message.role === 'system') return message.content;
  const last = message.content.length - 1;
  return message.content
    .map((part, index) =>
      part.type === 'text' && (index === last || !isNote(part.text)) ? part.text : '',
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
