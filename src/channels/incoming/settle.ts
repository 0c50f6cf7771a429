import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { isOpen, type RunRow, selectMessagesOfRun, selectRun } from '../../runs/index.ts';
import { selectSession } from '../../sessions/index.ts';
import { noticesIn } from '../../shared/chat-texts/languages.ts';
import { deliver, newDelivery } from '../outgoing/deliver.ts';
import { fileNotice, noticeOf, noticesFor, type UnreadFile } from '../outgoing/notices.ts';
import { noticeTo } from '../outgoing/notify.ts';
import { upsertDelivery } from '../outgoing/store.ts';
import { type MessageRow, selectThread, type ThreadRow, updateChannel } from '../store.ts';
import { selectMessage, selectWaiting, settleMessage } from './store.ts';

/** What the user receives at the end of a run: its answer, a notice, or nothing. */
async function outcomeOf(
  ctx: Ctx,
  run: RunRow,
): Promise<'answer' | 'nothing' | { notice: ReturnType<typeof noticeOf> }> {
  const { status, error_code } = run;
  if (status === 'completed' || status === 'limit_exceeded') return 'answer';
  if (status !== 'cancelled')
    return { notice: noticeOf(status === 'expired' ? 'run_expired' : (error_code ?? 'internal')) };
  const rows = await selectMessagesOfRun(ctx.db, ctx.workspace_id, run.id).all();
  if (rows.some(({ role, text }) => role === 'assistant' && text !== '')) return 'answer';
  const session = await selectSession(ctx.db, ctx.workspace_id, run.session_id ?? '').get();
  // The person who took over replies.
  return session?.handled_by === 'human' ? 'nothing' : { notice: 'stopped' };
}

/**
 * Ends a message whose run has ended: sends the answer, or why there is none. Returns false, and does nothing, without
 * such a run.
 */
export async function finishMessage(ctx: Ctx, row: MessageRow): Promise<boolean> {
  const { db, workspace_id } = ctx;
  const [[run], [thread]] = await batch(db, [
    selectRun(db, workspace_id, row.run_id),
    selectThread(db, workspace_id, row.thread_id),
  ]);
  if (run === undefined || isOpen(run)) return false;
  await removeFiles(ctx, row);
  if (thread === undefined) return true;
  const outcome = await outcomeOf(ctx, run);
  if (outcome === 'answer') await settleAnswered(ctx, thread, row);
  else if (outcome === 'nothing') await settleMessage(db, row.id, 'done').run();
  else {
    const text = noticesFor(thread)[outcome.notice];
    await settleFailed(ctx, thread, row, text, run.error_detail ?? run.status);
  }
  return true;
}

/** The delivery is stored with the end of the message, so that it is made even if this process ends before. */
async function settleAnswered(ctx: Ctx, thread: ThreadRow, row: MessageRow): Promise<void> {
  const [[delivery]] = await batch(ctx.db, [
    upsertDelivery(ctx.db, newDelivery(ctx, thread, row.run_id, ctx.now())),
    settleMessage(ctx.db, row.id, 'done'),
  ]);
  if (delivery !== undefined) await deliver(ctx, delivery.id);
}

/** Ends a message that cannot be answered, and says so to its sender. */
export async function failMessage(ctx: Ctx, row: MessageRow, error: string): Promise<void> {
  await removeFiles(ctx, row);
  const thread = await selectThread(ctx.db, ctx.workspace_id, row.thread_id).get();
  const code = /^([a-z_]+): /.exec(error)?.[1] ?? 'internal';
  if (thread !== undefined)
    await settleFailed(
      ctx,
      thread,
      row,
      noticesFor(thread)[noticeOf(code)],
      error.replace(/^[a-z_]+: /, ''),
    );
}

/** Ends a message of which nothing can be read. */
export async function refuseFiles(
  ctx: Ctx,
  row: MessageRow,
  files: readonly UnreadFile[],
): Promise<void> {
  await removeFiles(ctx, row);
  const thread = await selectThread(ctx.db, ctx.workspace_id, row.thread_id).get();
  if (thread === undefined) return;
  const text = fileNotice(noticesFor(thread), files);
  await settleFailed(ctx, thread, row, text, fileNotice(noticesIn.en, files));
}

/** Ends a message that a person is to answer. */
export async function settleLeft(ctx: Ctx, row: MessageRow): Promise<void> {
  await removeFiles(ctx, row);
  await settleMessage(ctx.db, row.id, 'done').run();
}

async function settleFailed(
  ctx: Ctx,
  thread: ThreadRow,
  row: MessageRow,
  text: string,
  error: string,
): Promise<void> {
  const { db, workspace_id } = ctx;
  const { run_id } = row;
  const { statements } = noticeTo(ctx, thread, { text, source_id: run_id, draft_of: run_id });
  const [[delivery]] = await batch(db, [
    ...statements,
    settleMessage(db, row.id, 'failed', error),
    updateChannel(db, workspace_id, row.channel_id, { last_error: error.slice(0, 500) }),
  ]);
  ctx.log.warn('channel_message_not_answered', { message_id: row.id, error });
  if (delivery !== undefined) await deliver(ctx, delivery.id);
}

/** Keeps a message until its run has ended, and tells its sender why there is no answer yet. */
export async function settleWaiting(
  ctx: Ctx,
  thread: ThreadRow,
  row: MessageRow,
  required: string | undefined,
): Promise<void> {
  await removeFiles(ctx, row);
  const { run_id } = row;
  const text = noticesFor(thread)[required === 'approval' ? 'approval' : 'step'];
  const { statements } = noticeTo(ctx, thread, {
    text,
    source_id: `waits:${run_id}`,
    draft_of: run_id,
  });
  const [[delivery]] = await batch(ctx.db, [
    ...statements,
    settleMessage(ctx.db, row.id, 'waiting'),
  ]);
  if (delivery !== undefined) await deliver(ctx, delivery.id);
}

/** Tells the sender of a message that it is answered after one that waits. */
export async function noteHeld(ctx: Ctx, id: string): Promise<void> {
  const row = await selectMessage(ctx.db, ctx.workspace_id, id).get();
  if (row?.status !== 'received') return;
  const [[waiting], [thread]] = await batch(ctx.db, [
    selectWaiting(ctx.db, row.thread_id),
    selectThread(ctx.db, ctx.workspace_id, row.thread_id),
  ]);
  if (waiting !== undefined && thread !== undefined)
    await notify(ctx, thread, noticesFor(thread).held, `held:${id}`);
}

/** Sends a notice that ends nothing. */
export async function notify(
  ctx: Ctx,
  thread: ThreadRow,
  text: string,
  source_id: string,
): Promise<void> {
  const { statements } = noticeTo(ctx, thread, { text, source_id, draft_of: null });
  const [[delivery]] = await batch(ctx.db, statements);
  if (delivery !== undefined) await deliver(ctx, delivery.id);
}

/** The files are part of the session now, or of nothing. */
async function removeFiles(ctx: Ctx, { files }: MessageRow): Promise<void> {
  const keys = files.flatMap(({ object_key }) => object_key ?? []);
  if (keys.length > 0) await ctx.files.remove(keys);
}
