import { parseConfig } from '../../agents/index.ts';
import { batch, type Statement } from '../../db/client.ts';
import type { AttachedFile } from '../../db/schema/runs.ts';
import { capabilitiesOf } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { selectVersionOfAgent } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import type { MessageRow } from '../store/messages.ts';
import type { SessionRow } from '../store/sessions.ts';
import type { TurnInput } from '../turn/turn-input.ts';
import { type AttachmentRow, selectAttachmentsByIds, useAttachments } from './store.ts';

/** Attachments that a branch carries on; older ones are out of reach. */
const mostCarried = 30;

/** What a user's message has with it: its own files, and those of the messages before it. */
export const carriedBy = (
  before: readonly AttachedFile[],
  own: readonly AttachedFile[],
): AttachedFile[] => {
  const again = new Set(own.map(({ id }) => id));
  return [...before.filter(({ id }) => !again.has(id)), ...own].slice(-mostCarried);
};

/**
 * The attachments that a message is to be sent with; one read, and none without any. Throws
 * `validation_failed` for one that is not of this session, cannot be read, or is an image for a model
 * that is known not to take any, and `conflict` for one that is not ready yet.
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
    selectVersionOfAgent(ctx.db, ctx.workspace_id, session.agent_id, version ?? session.version),
  ]);
  const known = new Map(rows.map((row) => [row.id, row]));
  const taken = ids.map((id, index) => checkReady(`/attachments/${index}`, known.get(id)));
  const model =
    draft?.config.model ??
    (versions[0] === undefined ? null : parseConfig(versions[0].config).model);
  if (
    model !== null &&
    capabilitiesOf(model).images === false &&
    taken.some(({ kind }) => kind === 'image')
  ) {
    throw invalid('/attachments', `The model ${model} does not take images.`);
  }
  return taken.map((row) => toAttachedFile(row, message_id));
}

function checkReady(pointer: string, row: AttachmentRow | undefined): AttachmentRow {
  if (row === undefined) throw invalid(pointer, 'There is no such attachment in this session.');
  if (row.status === 'failed')
    throw invalid(pointer, `${row.name} could not be read: ${row.error_detail ?? row.error_code}`);
  if (row.status !== 'ready')
    throw new Failure('conflict', `${row.name} is still being read; send it once it is ready.`, {
      retryAfter: 1,
    });
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

/** For the batch that stores the message, before the message. */
export function markUsed(
  ctx: Ctx,
  { id, attachments }: Pick<MessageRow, 'id' | 'attachments'>,
): Statement[] {
  const own = attachments.filter(({ message_id }) => message_id === id);
  const ids = own.map((file) => file.id);
  return ids.length === 0 ? [] : [useAttachments(ctx.db, ctx.workspace_id, id, ids)];
}
