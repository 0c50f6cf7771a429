import type { uploads } from '../../db/schema/openai.ts';
import { type FilePart, formatOf, receiveFile } from '../../documents/index.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { insertAttachmentCleanup } from '../../runs/index.ts';
import { Failure } from '../../shared/failure.ts';
import { extractAttachment } from './extract.ts';
import { attachmentKinds } from './schema.ts';
import { type AttachmentRow, selectAttachmentsByObjects } from './store.ts';

type Read = Pick<
  AttachmentRow,
  | 'id'
  | 'object_id'
  | 'name'
  | 'kind'
  | 'media_type'
  | 'byte_size'
  | 'sha256'
  | 'page_count'
  | 'token_count'
>;

/**
 * Stores a file of a request and extracts its text. A scheduled cleanup deletes it unless a message
 * adopts it. Throws `validation_failed`, 413 and 415, also for a document that cannot be read.
 */
export async function storeRequestFile(ctx: Ctx, part: FilePart): Promise<AttachmentRow> {
  const id = ctx.newId('att');
  await insertAttachmentCleanup(ctx.db, ctx.workspace_id, id, ctx.now()).run();
  const file = await receiveFile(ctx, id, part, attachmentKinds);
  const kind = formatOf(file.media_type).kind;
  const read = { id, object_id: id, kind, ...file, page_count: null, token_count: null };
  if (kind === 'image') return toRow(ctx, read);
  const { status, error_detail, page_count, token_count } = await extractAttachment(ctx, read);
  if (status === 'failed')
    throw new Failure('unsupported_media_type', `${file.name} could not be read: ${error_detail}`);
  return toRow(ctx, { ...read, page_count, token_count });
}

/** The content of a stored file, which attachments that share its object have in common. */
const contentOf = ({
  name,
  kind,
  media_type,
  byte_size,
  sha256,
  page_count,
  token_count,
}: Omit<Read, 'id' | 'object_id'>) => ({
  ...{ name, kind, media_type, byte_size, sha256, page_count, token_count },
});

/** Returns an upload as an attachment that shares its object. */
export const fileOfUpload = (ctx: Ctx, upload: typeof uploads.$inferSelect): AttachmentRow =>
  toRow(ctx, { id: ctx.newId('att'), object_id: upload.id, ...contentOf(upload) });

/**
 * Returns files of a session, by their objects, as attachments of another message that share the
 * objects.
 */
export async function filesOfSession(
  ctx: Ctx,
  session_id: string,
  object_ids: readonly string[],
): Promise<AttachmentRow[]> {
  if (object_ids.length === 0) return [];
  const rows = await selectAttachmentsByObjects(
    ctx.db,
    ctx.workspace_id,
    session_id,
    object_ids,
  ).all();
  return rows.map((row) =>
    toRow(ctx, { id: ctx.newId('att'), object_id: row.object_id, ...contentOf(row) }),
  );
}

const toRow = (ctx: Ctx, read: Read): AttachmentRow => ({
  ...read,
  workspace_id: ctx.workspace_id,
  session_id: '',
  message_id: null,
  status: 'ready',
  error_code: null,
  error_detail: null,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  updated_at: ctx.now(),
});
