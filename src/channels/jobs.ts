import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import type { JobHandlers } from '../platform/job-handler.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import { selectMessage } from '../sessions/index.ts';
import { day, minute } from '../shared/time.ts';
import { removeFiles } from './incoming/file-store.ts';
import { continueMessages, exhaustMessage, processMessage } from './incoming/process.ts';
import { deliver, sendToThread } from './outgoing/deliver.ts';
import { deleteOld, leaseDelivery, selectDue } from './outgoing/store.ts';
import { selectThreadOfSession } from './store.ts';

/** Rows of one tick. */
const pageSize = 100;
const keptFor = 30 * day;

export const channelJobs = {
  'channel.receive': {
    run: (ctx, { message_id }) => processMessage(ctx, message_id),
    onExhausted: (ctx, { message_id }, error) => exhaustMessage(ctx, message_id, error),
  },
  'channel.send': {
    run: (ctx, { delivery_id }) => deliver(ctx, delivery_id),
    // The delivery stays due, and the next tick queues it again.
    onExhausted: async () => undefined,
  },
  'channel.remove_files': {
    run: (ctx, { message_id, keys }) => removeFiles(ctx, message_id, keys),
    onExhausted: async (ctx, { message_id }, error) =>
      ctx.log.error('channel_files_not_removed', { message_id, error }),
  },
  'channel.reply': {
    run: (ctx, { message_id }) => sendReply(ctx, message_id),
    onExhausted: async (ctx, { message_id }, error) =>
      ctx.log.error('channel_reply_not_sent', { message_id, error }),
  },
} satisfies Partial<JobHandlers>;

/** Sends the reply of a person to the channel of its session, if it has one. */
async function sendReply(ctx: Ctx, message_id: string): Promise<void> {
  const message = await selectMessage(ctx.db, ctx.workspace_id, message_id).get();
  if (message === undefined) return;
  const thread = await selectThreadOfSession(ctx.db, ctx.workspace_id, message.session_id).get();
  if (thread !== undefined) await sendToThread(ctx, thread, message_id);
}

/** Queues deliveries whose next attempt is due, answers of runs that have waited for a person, and messages whose job was lost. */
export async function continueChannels(ctx: Ctx): Promise<void> {
  const now = ctx.now();
  for (const { id, workspace_id } of await selectDue(ctx.db, now, pageSize).all()) {
    const leased = await leaseDelivery(ctx.db, id, now, now + minute).all();
    if (leased.length === 0) continue;
    const jobs = [{ type: 'channel.send' as const, delivery_id: id }];
    await commit({ ...ctx, workspace_id }, { statements: [], jobs });
  }
  await continueMessages(ctx, pageSize);
}

/** Deletes what has ended more than 30 days ago. */
export async function deleteOldMessages(ctx: Ctx): Promise<void> {
  for (const table of ['channel_deliveries', 'channel_messages'] as const)
    await repeatBounded(
      50,
      1000,
      async () => (await deleteOld(ctx.db, table, ctx.now() - keptFor, 1000)).meta.changes,
    );
}
