import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { minute, second } from '../../shared/time.ts';
import { readOpenChannel } from '../open-channel.ts';
import { type MessageRow, selectThread } from '../store.ts';
import { answerMessage } from './answer.ts';
import {
  failMessage,
  finishMessage,
  noteHeld,
  refuseFiles,
  settleLeft,
  settleWaiting,
} from './settle.ts';
import {
  claimNext,
  reclaimLost,
  renewLease,
  selectAnswered,
  selectMessage,
  settleMessage,
} from './store.ts';

/** A message whose lease has ended is answered by another job. */
const leaseFor = minute;
/** A message that no job has claimed for this long has lost its job. */
const lostAfter = 2 * minute;
const reclaimedFor = 10 * minute;
/** Failures that may have passed when the job is repeated. */
const passing: ReadonlySet<string> = new Set([
  ...['rate_limited', 'session_busy', 'conflict', 'request_in_flight', 'workspace_suspended'],
]);

/**
 * Answers the messages of the thread of a message, oldest first and one after the other. A message that arrives in the
 * meantime is answered by the job that is active. Throws when the message itself has to be tried again.
 */
export async function processMessage(ctx: Ctx, id: string): Promise<void> {
  const own = await selectMessage(ctx.db, ctx.workspace_id, id).get();
  if (own === undefined || own.status === 'done' || own.status === 'failed') return;
  if (own.status === 'waiting' && !(await finishMessage(ctx, own))) return;
  for (;;) {
    const now = ctx.now();
    const row = await claimNext(ctx.db, own.thread_id, now, now + leaseFor).get();
    if (row === undefined) return own.status === 'received' ? noteHeld(ctx, id) : undefined;
    try {
      await processClaimed(ctx, row);
    } catch (error) {
      await settleMessage(ctx.db, row.id, 'received', errorOf(error)).run();
      if (row.id === id) throw error;
      // Its own job may have ended, since this one was active.
      return enqueue(ctx, row.id);
    }
  }
}

async function processClaimed(ctx: Ctx, row: MessageRow): Promise<void> {
  const [thread, open] = await Promise.all([
    selectThread(ctx.db, ctx.workspace_id, row.thread_id).get(),
    readOpenChannel(ctx, row.channel_id),
  ]);
  if (thread === undefined || open === null) return;
  const renew = () => renewLease(ctx.db, row.id, ctx.now() + leaseFor).run();
  const heartbeat = setInterval(() => ctx.defer(renew()), 20 * second);
  try {
    const outcome = await answerMessage(ctx, open, thread, row);
    if (outcome.type === 'waits') return await settleWaiting(ctx, thread, row, outcome.required);
    if (outcome.type === 'unread') return await refuseFiles(ctx, row, outcome.files);
    if (outcome.type === 'left') return await settleLeft(ctx, row);
    if (!(await finishMessage(ctx, row))) throw new Error('The run has not ended yet.');
  } catch (error) {
    // A run that has ended is not made again, however its stream has ended.
    if (await finishMessage(ctx, row)) return;
    if (!isLasting(error)) throw error;
    await failMessage(ctx, row, errorOf(error));
  } finally {
    clearInterval(heartbeat);
  }
}

const isLasting = (error: unknown): boolean =>
  error instanceof Failure && error.status < 500 && !passing.has(error.code);

/** The code of a failure, and what it says. */
const errorOf = (error: unknown): string =>
  (error instanceof Failure
    ? `${error.code}: ${error.message}`
    : String(error instanceof Error ? error.message : error)
  ).slice(0, 500);

const enqueue = async (ctx: Ctx, message_id: string) =>
  void (await commit(ctx, { statements: [], jobs: [{ type: 'channel.receive', message_id }] }));

/** Ends a message whose job has failed in all attempts, and lets the next ones of its thread continue. */
export async function exhaustMessage(ctx: Ctx, id: string, error: string): Promise<void> {
  const row = await selectMessage(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || row.status === 'done' || row.status === 'failed') return;
  if (!(await finishMessage(ctx, row))) await failMessage(ctx, row, row.error ?? error);
  const now = ctx.now();
  const next = await claimNext(ctx.db, row.thread_id, now, now).get();
  if (next !== undefined) await enqueue(ctx, next.id);
}

/** Queues answers of runs that have waited for a person, and messages whose job was lost. */
export async function continueMessages(ctx: Ctx, limit: number): Promise<void> {
  const now = ctx.now();
  const lost = { now, before: now - lostAfter, until: now + reclaimedFor, limit };
  const rows = [
    ...(await selectAnswered(ctx.db, limit).all()),
    ...(await reclaimLost(ctx.db, lost).all()),
  ];
  for (const { id, workspace_id } of rows) await enqueue({ ...ctx, workspace_id }, id);
}
