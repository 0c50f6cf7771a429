import type { Ctx } from '../../platform/context.ts';
import { hour, minute, second } from '../../shared/time.ts';
import type { OpenChannel } from '../adapter.ts';
import { adapters } from '../adapters/registry.ts';
import { SendError } from '../call-api.ts';
import { readOpenChannel } from '../open-channel.ts';
import {
  type ChannelRow,
  type DeliveryRow,
  selectThread,
  type ThreadRow,
  updateChannel,
} from '../store.ts';
import { contentOf } from './content.ts';
import { noticesFor } from './notices.ts';
import { splitText } from './split-text.ts';
import { claimDelivery, updateDelivery, upsertDelivery } from './store.ts';

/** Delays after failed attempts. The delivery has failed after the last one. */
const waits = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour, 3 * hour];
/** An attempt that has not ended after this time is made again. */
const attemptLease = 2 * minute;

/** The delivery of a source to the conversation of a thread. */
export const newDelivery = (
  ctx: Ctx,
  { id: thread_id, workspace_id, channel_id, session_id }: ThreadRow,
  source_id: string,
  next_attempt_at: number,
): DeliveryRow => ({
  ...{ id: ctx.newId('chd'), workspace_id, channel_id, thread_id, session_id, source_id },
  ...{ notice: null, status: 'pending', attempts: 0, sent_parts: 0, external_ids: [] },
  ...{ response_status: null, error: null, next_attempt_at },
  ...{ created_at: ctx.now(), updated_at: ctx.now() },
});

/** Sends a message of a session to the conversation of its thread, now or by later attempts. */
export async function sendToThread(ctx: Ctx, thread: ThreadRow, source_id: string): Promise<void> {
  const [row] = await upsertDelivery(ctx.db, newDelivery(ctx, thread, source_id, ctx.now()));
  if (row !== undefined) await deliver(ctx, row.id);
}

/** Makes one attempt of a delivery that is due, and records its result. Throws only for faults of the platform. */
export async function deliver(ctx: Ctx, id: string): Promise<void> {
  const now = ctx.now();
  const row = await claimDelivery(ctx.db, ctx.workspace_id, id, now, now + attemptLease).get();
  if (row === undefined) return;
  const thread = await selectThread(ctx.db, ctx.workspace_id, row.thread_id).get();
  if (thread === undefined) return;
  try {
    const open = await readOpenChannel(ctx, row.channel_id);
    if (open === null) return;
    await sendParts(ctx, open.row, open.channel, thread, row);
    const sent = { status: 'succeeded', error: null, next_attempt_at: null } as const;
    await updateDelivery(ctx.db, row, { ...sent, updated_at: ctx.now() }).run();
  } catch (error) {
    await recordFailure(ctx, row, error);
  }
}

/** Sends the parts that were not sent yet, each recorded before the next. */
async function sendParts(
  ctx: Ctx,
  { kind, is_enabled }: ChannelRow,
  channel: OpenChannel,
  thread: ThreadRow,
  row: DeliveryRow,
): Promise<void> {
  if (!is_enabled) throw new SendError('The channel is disabled.', { is_lasting: true });
  const { target } = thread;
  const adapter = adapters[kind];
  const notices = noticesFor(thread);
  const content = await contentOf(ctx, row, notices);
  if (content === null)
    throw new SendError('The run has ended without an answer.', { is_lasting: true });
  const { sendFile, update } = adapter;
  const texts = splitText(content.text, adapter.max_chars);
  if (texts.length === 0 && content.files.length === 0) texts.push(notices.empty);
  if (sendFile === undefined && texts.length === 0) texts.push('');
  const ids = [...row.external_ids];
  const isDrafted = row.sent_parts === 0 && ids.length === 1;
  const parts = [
    ...texts.map((text, index) => async () => {
      if (index === 0 && isDrafted && update !== undefined) {
        await update(ctx, channel, { target, text }, ids[0] ?? '');
        return null;
      }
      const isLast = index === texts.length - 1;
      const files = sendFile === undefined && isLast ? content.files : [];
      return adapter.send(ctx, channel, { target, text, files, id: `${row.id}_${index}` });
    }),
    ...(sendFile === undefined
      ? []
      : content.files.map((file) => () => sendFile(ctx, channel, target, file))),
  ];
  for (const [index, part] of parts.entries()) {
    if (index < row.sent_parts) continue;
    const id = await part();
    if (id !== null) ids.push(id);
    const progress = { sent_parts: index + 1, external_ids: ids, updated_at: ctx.now() };
    await updateDelivery(ctx.db, row, progress).run();
  }
}

async function recordFailure(ctx: Ctx, row: DeliveryRow, error: unknown): Promise<void> {
  const now = ctx.now();
  const { attempts } = row;
  const failure = error instanceof SendError ? error : null;
  const wait =
    failure?.retry_after_s == null ? waits[attempts - 1] : failure.retry_after_s * second;
  const isLast = failure?.is_lasting === true || wait === undefined || attempts > waits.length;
  const detail = (error instanceof Error ? error.message : String(error)).slice(0, 500);
  await updateDelivery(ctx.db, row, {
    status: isLast ? 'failed' : 'pending',
    next_attempt_at: isLast ? null : now + (wait ?? 0),
    error: detail,
    response_status: failure?.status ?? null,
    updated_at: now,
  }).run();
  await updateChannel(ctx.db, ctx.workspace_id, row.channel_id, { last_error: detail }).run();
  ctx.log.warn('channel_message_not_sent', { delivery_id: row.id, attempts, error: detail });
}
