// Simulates a language model by a rule, over OpenAI's streamed chat completions, so that the demos run
// without a key. `--model` uses a real model instead.
import type { ServerResponse } from 'node:http';

interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

interface Message {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly ToolCall[];
}

export interface ChatRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly messages: readonly Message[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

export type Decision = { readonly tool_calls: readonly ToolCall[] } | { readonly text: string };

/**
 * Decides the next step. Without results, it calls all offered tools at once: the order service with the order number,
 * the search with the rest of the question. With results, it composes the answer from them.
 */
export function decide({ messages, tools = [] }: ChatRequest): Decision {
  const asked = messages.findLast(({ role }) => role === 'user');
  const question = questionOf(textOf(asked));
  const results = resultsOf(messages);
  if (results.size === 0 && tools.length > 0) {
    return { tool_calls: tools.map((tool) => callOf(tool.function.name, question)) };
  }
  const sentences = [...results].map(([name, text]) =>
    name === 'knowledge_search' ? sayPassage(text, subjectOf(question)) : sayOrder(text),
  );
  return {
    text: [...sentences, '(Composed by the simulated model of the demo.)'].join(' '),
  };
}

/** Returns the results since the last message of the user, by the name of the tool. */
export function resultsOf(messages: ChatRequest['messages']): Map<string, string> {
  const since = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
  const names = new Map(
    since.flatMap(({ tool_calls = [] }) => tool_calls.map((call) => [call.id, call.function.name])),
  );
  return new Map(
    since
      .filter(({ role }) => role === 'tool')
      .map((result) => [names.get(result.tool_call_id ?? '') ?? '', textOf(result)]),
  );
}

/** Returns the text of a message; empty without one. */
export const textOf = (message: Message | undefined): string => {
  const content = message?.content ?? '';
  return typeof content === 'string' ? content : content.map(({ text = '' }) => text).join('');
};

/** Returns the user's question without the passages that accompany it. */
const questionOf = (text: string) => /<question>\n([\s\S]*)\n<\/question>/.exec(text)?.[1] ?? text;

/** Returns the part of the question that is not about the order. */
const subjectOf = (question: string) =>
  question
    .split(/,\s*and\s+/)
    .filter((part) => !/\border\b/i.test(part))
    .join(' ');

function callOf(name: string, question: string): ToolCall {
  const input =
    name === 'knowledge_search'
      ? { query: subjectOf(question) }
      : { order: /\d+/.exec(question)?.[0] ?? '' };
  return toolCall(name, input);
}

export const toolCall = (name: string, input: object): ToolCall => ({
  id: `call_${crypto.randomUUID()}`,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
});

function sayOrder(result: string): string {
  try {
    const { order, status, location, expected } = JSON.parse(result) as Record<string, string>;
    return `Order ${order} is ${status}, now in ${location}, and expected ${expected}.`;
  } catch {
    return `The order could not be looked up: ${result}`;
  }
}

/** Returns the sentence with the most words of the subject, and the number of its passage. */
export function sayPassage(result: string, subject: string): string {
  const wanted = new Set(wordsOf(subject));
  const sentences = [
    ...result.matchAll(/<document number="(\d+)"[^>]*>\n([\s\S]*?)\n<\/document>/g),
  ].flatMap(([, number, body = '']) =>
    body
      .replaceAll(/(?<=\S)\n(?=[a-z])/g, ' ')
      .split(/(?<=[.!?])\s+|\n+/)
      .map((text) => ({
        number,
        text: text.trim(),
        score: wordsOf(text).filter((word) => wanted.has(word)).length,
      })),
  );
  const [best] = sentences.sort((a, b) => b.score - a.score);
  return best === undefined
    ? 'The documents say nothing about the rest.'
    : `${best.text} [${best.number}]`;
}

const wordsOf = (text: string) => [...new Set(text.toLowerCase().match(/\p{L}{4,}/gu) ?? [])];

/** Streams a decision as chunks of one word. Four characters count as one token. */
export function streamDecision(
  response: ServerResponse,
  request: ChatRequest,
  decision: Decision,
): void {
  const fields = {
    id: `chatcmpl-${crypto.randomUUID()}`,
    object: 'chat.completion.chunk',
    created: 0,
    model: request.model,
  };
  const send = (data: object) =>
    response.write(`data: ${JSON.stringify({ ...fields, ...data })}\n\n`);
  const choose = (delta: object, finish_reason: string | null = null) =>
    send({ choices: [{ index: 0, delta, finish_reason }] });
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'x-request-id': `demo-${crypto.randomUUID()}`,
  });
  choose({ role: 'assistant' });
  if ('text' in decision)
    for (const content of decision.text.match(/\s*\S+/g) ?? []) choose({ content });
  else
    for (const [index, call] of decision.tool_calls.entries())
      choose({ tool_calls: [{ index, ...call }] });
  choose({}, 'text' in decision ? 'stop' : 'tool_calls');
  if (request.stream_options?.include_usage === true) {
    const prompt_tokens = tokensOf({ messages: request.messages, tools: request.tools });
    const completion_tokens = tokensOf(decision);
    send({
      choices: [],
      usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    });
  }
  response.end('data: [DONE]\n\n');
}

const tokensOf = (value: object) => Math.ceil(JSON.stringify(value).length / 4);
