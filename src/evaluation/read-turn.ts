import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import {
  answerOfContent,
  authorizeOwned,
  type RunRow,
  selectContentOfMessage,
  selectRun,
  selectRunOfContent,
} from '../runs/index.ts';
import { readBranchTo, readReferenced } from '../sessions/index.ts';
import { notFound } from '../shared/failure.ts';

/** A message of a conversation, as a case keeps it. */
interface Said {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly run_id: string;
}

/** A question to an agent and its answer, with the conversation before. */
export interface Turn {
  readonly run: RunRow;
  /** The answer; the question while there is none. */
  readonly message_id: string;
  /** The session whose erasure erases the turn; null for a run without one. */
  readonly session_id: string | null;
  readonly question: string;
  readonly answer: string | null;
  readonly citations: readonly Readonly<Record<string, unknown>>[];
  readonly conversation: readonly Said[];
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
}

/** Returns the turn of a message: its question or its answer. Throws `not_found`, also for one that the caller may not see. */
export async function readTurn(ctx: Ctx, message_id: string): Promise<Turn> {
  return (await readOneOff(ctx, message_id)) ?? (await readOfSession(ctx, message_id));
}

async function readOneOff(ctx: Ctx, message_id: string): Promise<Turn | null> {
  const { db, workspace_id } = ctx;
  const [[content], [run]] = await batch(db, [
    selectContentOfMessage(db, workspace_id, message_id),
    selectRunOfContent(db, workspace_id, message_id),
  ]);
  if (content === undefined || run === undefined) return null;
  authorizeOwned(ctx, { ...run, end_user_id: content.end_user_id }, 'message');
  const isAnswered = content.answered_at !== null;
  if (message_id === content.answer_id && !isAnswered) throw notFound('message');
  const said = (content.prompt ?? []).flatMap(({ role, content: parts }): Said[] => {
    if (role !== 'user' && role !== 'assistant') return [];
    const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
    return text.trim() === '' ? [] : [{ role, text, run_id: run.id }];
  });
  return {
    run,
    message_id: isAnswered ? content.answer_id : content.question_id,
    session_id: null,
    question: content.question,
    answer: isAnswered ? answerOfContent(run, content).text : null,
    citations: content.citations,
    // The prompt ends with the question.
    conversation: said.at(-1)?.role === 'user' ? said.slice(0, -1) : said,
    inputs: content.inputs,
  };
}

async function readOfSession(ctx: Ctx, message_id: string): Promise<Turn> {
  const [found] = await readReferenced(ctx, [message_id]);
  if (found === undefined) throw notFound('message');
  const { session, row } = found;
  const path = await readBranchTo(ctx, session.id, message_id);
  const answer = row.role === 'assistant' ? row : null;
  const question = answer === null ? row : path.find(({ id }) => id === row.parent_id);
  const run = await selectRun(ctx.db, ctx.workspace_id, row.run_id).get();
  if (run === undefined) throw notFound('message');
  const before = path.slice(
    0,
    path.findIndex(({ id }) => id === (question ?? row).id),
  );
  return {
    run,
    message_id,
    session_id: session.id,
    question: question?.text ?? '',
    answer: answer?.text ?? null,
    citations: answer?.citations ?? [],
    conversation: before.filter(({ text }) => text.trim() !== ''),
    inputs: session.inputs,
  };
}
