import type { AgentConfig } from '../../agents/index.ts';
import { isFollowUp, needsContext, runTask, searchQueriesTask } from '../../llm/index.ts';
import { readModelName } from '../../models/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Account, Attribution } from '../../usage/index.ts';
import type { RunPrompt } from './run-prompt.ts';

type Conversation = Pick<RunPrompt, 'question' | 'history'>;

interface Call extends Attribution {
  readonly call_key: string;
  readonly account: Account;
  readonly signal: AbortSignal;
}

/** Messages before the question that a model reads. */
const readMessages = 6;

/**
 * The queries by which the knowledge is searched: the question by rule, or as the model of an agent with
 * `rewrite_query` writes it, if the question needs its conversation or asks several things.
 */
export async function writeQueries(
  ctx: Ctx,
  { model, knowledge }: Pick<AgentConfig, 'model' | 'knowledge'>,
  prompt: Conversation,
  call: Call,
) {
  const query = searchText(prompt);
  const { question, history } = prompt;
  const isRewritten =
    knowledge.rewrite_query &&
    readModelName(model)?.provider !== 'builtin' &&
    needsContext(question, history.length === 0);
  if (!isRewritten) return { queries: [query], usage: [] };
  const before = history.filter(({ text }) => text !== '').slice(-readMessages);
  const input = { conversation: [...before, { role: 'user' as const, text: question }], query };
  const { output: queries, usage } = await runTask(ctx, searchQueriesTask, input, {
    ...call,
    model,
    call_key: `${call.call_key}:queries`,
  });
  return { queries, usage };
}

/** The question, and the question before it when the new one is a follow-up. */
export function searchText({ question, history }: Conversation): string {
  const before = history.findLast(
    (message) => message.role === 'user' && message.text !== '',
  )?.text;
  // Results of the caller's tools belong to the question before them.
  if (question === '') return before ?? '';
  return before === undefined || !isFollowUp(question) ? question : `${question}\n${before}`;
}
