import { batch, type Statement } from '../../db/client.ts';
import type { AttachedFile } from '../../db/schema/runs.ts';
import type { Ctx } from '../../platform/context.ts';
import { selectVersionOfCaller } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import type { MessageRow } from '../store/messages.ts';
import type { SessionRow } from '../store/sessions.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import { requireImageSupport } from './image-support.ts';
import { type AttachmentRow, selectAttachmentsByIds, useAttachments } from './store.ts';

/** Maximum number of attachments that a branch keeps available; older ones are dropped. */
const maxCarriedAttachments = 30;

/** Returns the attachments available to a message: its own, and those of earlier messages. */
export const carriedBy = (
  before: readonly AttachedFile[],
  own: readonly AttachedFile[],
): AttachedFile[] => {
  const again = new Set(own.map(({ id }) => id));
  return [...before.filter(({ id }) => !again.has(id)), ...own].slice(-maxCarriedAttachments);
};

/**
 * Returns the attachments of a message to send; no read without any. Throws `validation_failed` for
 * one that is not of this session, cannot be read, or is an image although the model supports none,
 * and `conflict` for one that is still processing.
 */
export async function takeAttachments(
  ctx: Ctx,
  session: SessionRow,
  message_id: string,
  { attachments, version, draft }: TurnInput,
): Promise<AttachedFile[]> {
  const ids = [...new Set(attachments ?? [])];
  if (ids.length === 0) return [];
  const [rows, versions] = await batch(ctx.db, [
    selectAttachmentsByIds(ctx.db, ctx.workspace_id, session.id, ids),
    selectVersionOfCaller(ctx.db, ctx.workspace_id, {
      ...session,
      version: version ?? session.version,
    }),
  ]);
  const known = new Map(rows.map((row) => [row.id, row]));
  const taken = ids.map((id, index) => checkReady(`/attachments/${index}`, known.get(id)));
  requireImageSupport('/attachments', taken, draft, versions[0]);
  return taken.map((row) => toAttachedFile(row, message_id));
}

/** Returns the attachments of a person's reply. Throws like `takeAttachments`, besides for images. */
export async function takeFiles(
  ctx: Ctx,
  { id }: Pick<SessionRow, 'id'>,
  message_id: string,
  given: readonly string[],
): Promise<AttachedFile[]> {
  const ids = [...new Set(given)];
  if (ids.length === 0) return [];
  const rows = await selectAttachmentsByIds(ctx.db, ctx.workspace_id, id, ids).all();
  const known = new Map(rows.map((row) => [row.id, row]));
  return ids.map((one, index) =>
    toAttachedFile(checkReady(`/attachments/${index}`, known.get(one)), message_id),
  );
}

function checkReady(pointer: string, row: AttachmentRow | undefined): AttachmentRow {
  if (row === undefined) throw invalid(pointer, 'This attachment does not exist in this session.');
  if (row.status === 'failed')
    throw invalid(pointer, `${row.name} could not be read: ${row.error_detail ?? row.error_code}`);
  if (row.status !== 'ready')
    throw new Failure(
      'conflict',
      `${row.name} is still being processed. Send it once it is \`ready\`.`,
      {
        retryAfter: 1,
      },
    );
  return row;
}

export const toAttachedFile = (row: AttachmentRow, message_id: string): AttachedFile => ({
  id: row.id,
  message_id,
  object_id: row.object_id,
  name: row.name,
  kind: row.kind,
  media_type: row.media_type,
  byte_size: row.byte_size,
  tokens: row.token_count,
});

/** Statements for the batch that stores the message, before the message. */
export function markUsed(
  ctx: Ctx,
  { id, attachments }: Pick<MessageRow, 'id' | 'attachments'>,
): Statement[] {
  const own = attachments.filter(({ message_id }) => message_id === id);
  const ids = own.map((file) => file.id);
  return ids.length === 0 ? [] : [useAttachments(ctx.db, ctx.workspace_id, id, ids)];
}
