import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { minute, second } from '../../shared/time.ts';
import { readOpenChannel } from '../open-channel.ts';
import { sendToThread } from '../outgoing/deliver.ts';
import { type MessageRow, selectThread, updateChannel } from '../store.ts';
import { objectKey } from './accept.ts';
import { answerMessage } from './answer.ts';
import { claimNext, renewLease, selectMessage, settleMessage } from './store.ts';

/** A message whose lease has ended is answered by another job. */
const leaseFor = minute;
/** Failures that may have passed when the job is repeated. */
const passing: ReadonlySet<string> = new Set([
  ...['rate_limited', 'session_busy', 'conflict', 'request_in_flight'],
]);

/**
 * Answers the messages of the thread of a message, oldest first and one after the other. A message that arrives in the
 * meantime is answered by the job that is active. Throws when the message itself has to be tried again.
 */
export async function processMessage(ctx: Ctx, id: string): Promise<void> {
  const own = await selectMessage(ctx.db, ctx.workspace_id, id).get();
  if (own === undefined || own.status === 'done' || own.status === 'failed') return;
  if (own.status === 'waiting') return finish(ctx, own);
  for (;;) {
    const now = ctx.now();
    const row = await claimNext(ctx.db, own.thread_id, now, now + leaseFor).get();
    if (row === undefined) return;
    try {
      await processClaimed(ctx, row);
    } catch (error) {
      await settleMessage(ctx.db, row.id, 'received', messageOf(error)).run();
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
    await removeFiles(ctx, row);
    if (outcome === 'ended') return await finish(ctx, row);
    await settleMessage(ctx.db, row.id, outcome === 'waits' ? 'waiting' : 'done').run();
  } catch (error) {
    if (!isLasting(error)) throw error;
    await failMessage(ctx, row, messageOf(error));
  } finally {
    clearInterval(heartbeat);
  }
}

/** Sends the answer of the run of a message. */
async function finish(ctx: Ctx, row: MessageRow): Promise<void> {
  const thread = await selectThread(ctx.db, ctx.workspace_id, row.thread_id).get();
  if (thread !== undefined) await sendToThread(ctx, thread, row.run_id);
  await settleMessage(ctx.db, row.id, 'done').run();
}

/** Ends a message that cannot be answered, and continues with the next one of its thread. */
async function failMessage(ctx: Ctx, row: MessageRow, error: string): Promise<void> {
  await settleMessage(ctx.db, row.id, 'failed', error).run();
  await updateChannel(ctx.db, ctx.workspace_id, row.channel_id, { last_error: error }).run();
  await removeFiles(ctx, row);
  ctx.log.warn('channel_message_not_answered', { message_id: row.id, error });
}

const isLasting = (error: unknown): boolean =>
  error instanceof Failure && error.status < 500 && !passing.has(error.code);

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 500);

const enqueue = async (ctx: Ctx, message_id: string) =>
  void (await commit(ctx, { statements: [], jobs: [{ type: 'channel.receive', message_id }] }));

/** The files are part of the session now. */
async function removeFiles(ctx: Ctx, { id, workspace_id, files }: MessageRow): Promise<void> {
  const keys = files.flatMap(({ object_key }, index) =>
    object_key === undefined ? [] : [objectKey(workspace_id, id, index)],
  );
  if (keys.length > 0) await ctx.files.remove(keys);
}

/** Ends a message whose job has failed in all attempts, and lets the next ones of its thread continue. */
export async function exhaustMessage(ctx: Ctx, id: string, error: string): Promise<void> {
  const row = await selectMessage(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || row.status === 'done' || row.status === 'failed') return;
  await failMessage(ctx, row, error);
  const now = ctx.now();
  const next = await claimNext(ctx.db, row.thread_id, now, now).get();
  if (next !== undefined) await enqueue(ctx, next.id);
}
