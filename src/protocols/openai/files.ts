import {
  downloadOriginal,
  type FilePart,
  formatOf,
  isExtractedInline,
  readForm,
  receiveFile,
} from '../../documents/index.ts';
import { hasRoleFor } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../../platform/context.ts';
import { fingerprintBody, IdempotentReplay } from '../../platform/idempotency.ts';
import {
  deleteAttachmentCleanups,
  insertAttachmentCleanup,
  removeObjects,
} from '../../runs/index.ts';
import { attachmentKinds, extractAttachment } from '../../sessions/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { isId } from '../../shared/id.ts';
import { second } from '../../shared/time.ts';
import { type CursorPage, toCursorPage } from './cursor-page.ts';
import { unknownFileObject } from './errors.ts';
import { expiresAfter, type FileObject, type FileQuery, filePurposes } from './files-schema.ts';
import {
  deleteUpload,
  insertUpload,
  selectDueUploads,
  selectUpload,
  selectUploads,
  type UploadRow,
  updateUpload,
} from './files-store.ts';

const pageSize = 1000;
/** Maximum number of files that one run of the task erases. */
const sweepLimit = 500;

/**
 * Stores a file that requests can reference by id. Small documents are extracted immediately, others by the first request
 * that sends them to a model. Throws `too_large`, `unsupported_media_type` and `validation_failed`.
 */
export async function createFile(ctx: Ctx, request: Request): Promise<FileObject> {
  const id = ctx.newId('upl');
  await insertAttachmentCleanup(ctx.db, ctx.workspace_id, id, ctx.now()).run();
  try {
    const receive = (part: FilePart) => receiveFile(ctx, id, part, attachmentKinds);
    const names = ['purpose', 'expires_after[anchor]', 'expires_after[seconds]'];
    const { files, fields } = await readForm(request, names, { files: 1, fieldSize: 100 }, receive);
    const [file] = files;
    if (file === undefined) throw invalid('/file', 'A part named `file` is required.');
    const purpose = readPurpose(fields.purpose);
    const lifetime = readLifetime(
      fields['expires_after[anchor]'],
      fields['expires_after[seconds]'],
    );
    const known = await fingerprintBody(ctx, { file, purpose, lifetime });
    const { kind } = formatOf(file.media_type);
    const now = ctx.now();
    const row: UploadRow = {
      id,
      workspace_id: ctx.workspace_id,
      purpose,
      ...file,
      kind,
      status: kind === 'image' ? 'processed' : 'uploaded',
      error_detail: null,
      page_count: null,
      token_count: null,
      expires_at: lifetime === null ? null : now + lifetime * second,
      created_by: actorId(ctx.actor),
      created_at: now,
    };
    const read =
      kind === 'document' && isExtractedInline(row.media_type, row.byte_size)
        ? { ...row, ...(await extract(ctx, row)) }
        : row;
    const reply = toFileObject(read);
    await commit(known, {
      statements: [
        insertUpload(ctx.db, read),
        deleteAttachmentCleanups(ctx.db, ctx.workspace_id, [id]),
      ],
      audit: [{ action: 'upload.create', target_type: 'upload', target_id: id }],
      reply,
    });
    return reply;
  } catch (error) {
    // After any other error the commit may have succeeded. The scheduled cleanup checks that.
    if (error instanceof Failure || error instanceof IdempotentReplay) ctx.defer(cleanUp(ctx, id));
    throw error;
  }
}

async function cleanUp(ctx: Ctx, id: string): Promise<void> {
  await removeObjects(ctx, [id]);
  await deleteAttachmentCleanups(ctx.db, ctx.workspace_id, [id]).run();
}

function readPurpose(purpose: string | undefined): FileObject['purpose'] {
  const known = filePurposes.find((one) => one === purpose);
  if (known !== undefined) return known;
  if (purpose === undefined) throw invalid('/purpose', 'Is required.');
  throw invalid(
    '/purpose',
    `The purpose ${purpose} is not supported. Supported purposes: ${filePurposes.join(', ')}.`,
  );
}

function readLifetime(anchor: string | undefined, seconds: string | undefined): number | null {
  if (anchor === undefined && seconds === undefined) return null;
  if (anchor !== 'created_at') throw invalid('/expires_after/anchor', 'Must be `created_at`.');
  const value = /^\d{1,8}$/.test(seconds ?? '') ? Number(seconds) : 0;
  if (value < expiresAfter.min || value > expiresAfter.max)
    throw invalid(
      '/expires_after/seconds',
      `Must be ${expiresAfter.min} to ${expiresAfter.max} seconds.`,
    );
  return value;
}

async function extract(
  ctx: Ctx,
  { id, media_type }: UploadRow,
): Promise<Pick<UploadRow, 'status' | 'error_detail' | 'page_count' | 'token_count'>> {
  const { status, error_detail, page_count, token_count } = await extractAttachment(ctx, {
    object_id: id,
    media_type,
  });
  return {
    status: status === 'ready' ? 'processed' : 'error',
    error_detail,
    page_count,
    token_count,
  };
}

/**
 * Returns the file with its text extracted. Throws `not_found`, or `validation_failed` for a file
 * that cannot be read.
 */
export async function findExtractedFile(ctx: Ctx, id: string): Promise<UploadRow> {
  const row = await findFile(ctx, id);
  if (row.status === 'processed') return row;
  if (row.status === 'error')
    throw invalid('/file_id', `${row.name} could not be read: ${row.error_detail}`);
  const changes = await extract(ctx, row);
  await updateUpload(ctx.db, ctx.workspace_id, id, changes).run();
  if (changes.status === 'error')
    throw invalid('/file_id', `${row.name} could not be read: ${changes.error_detail}`);
  return { ...row, ...changes };
}

/**
 * Returns the only uploader whose files the caller may read; undefined for callers that may read
 * all agents, and so all files.
 */
const visibleUploader = (ctx: Ctx): string | undefined =>
  coveredAgents(ctx.actor) !== null || !hasRoleFor(ctx, 'agents:read')
    ? (actorId(ctx.actor) ?? '')
    : undefined;

async function findFile(ctx: Ctx, id: string): Promise<UploadRow> {
  const row = isId('upl', id) ? await selectUpload(ctx.db, ctx.workspace_id, id).get() : undefined;
  const uploader = visibleUploader(ctx);
  const isGone = row === undefined || (row.expires_at !== null && row.expires_at <= ctx.now());
  if (isGone || (uploader !== undefined && row.created_by !== uploader)) throw unknownFileObject();
  return row;
}

export async function listFiles(
  ctx: Ctx,
  { after, limit = pageSize, order = 'desc', purpose }: FileQuery,
): Promise<CursorPage<FileObject>> {
  const count = Math.min(limit, pageSize);
  const filter = {
    purpose,
    order,
    after,
    limit: count + 1,
    created_by: visibleUploader(ctx),
    now: ctx.now(),
  };
  const rows = await selectUploads(ctx.db, ctx.workspace_id, filter).all();
  return toCursorPage(rows.slice(0, count).map(toFileObject), rows.length > count);
}

export const getFile = async (ctx: Ctx, id: string): Promise<FileObject> =>
  toFileObject(await findFile(ctx, id));

/** Returns the original file as a download. Throws `not_found`. */
export async function getFileContent(ctx: Ctx, id: string): Promise<Response> {
  const download = await downloadOriginal(ctx, await findFile(ctx, id));
  if (download === null) throw unknownFileObject();
  return download;
}

/** Erases the file. Messages that it was sent with keep their copy until they are erased. Throws `not_found`. */
export async function deleteFile(
  ctx: Ctx,
  id: string,
): Promise<{ id: string; object: 'file'; deleted: true }> {
  await findFile(ctx, id);
  await erase(ctx, id, 'upload.delete');
  return { id, object: 'file', deleted: true };
}

const erase = (ctx: Ctx, id: string, action: string) =>
  commit(ctx, {
    statements: [deleteUpload(ctx.db, ctx.workspace_id, id)],
    audit: [{ action, target_type: 'upload', target_id: id }],
    jobs: [{ type: 'attachment.delete', object_ids: [id] }],
  });

/** Erases files that have expired or exceeded the retention of their workspace. Returns how many were due. */
export async function eraseDueFiles(ctx: Ctx): Promise<number> {
  const due = await selectDueUploads(ctx.db, ctx.now(), sweepLimit);
  for (const { id, workspace_id } of due)
    await erase({ ...ctx, workspace_id }, id, 'upload.expire');
  return due.length;
}

const toSeconds = (time: number): number => Math.floor(time / 1000);

const toFileObject = (row: UploadRow): FileObject => ({
  id: row.id,
  object: 'file',
  bytes: row.byte_size,
  created_at: toSeconds(row.created_at),
  ...(row.expires_at === null ? {} : { expires_at: toSeconds(row.expires_at) }),
  filename: row.name,
  purpose: row.purpose as FileObject['purpose'],
  status: row.status,
  ...(row.error_detail === null ? {} : { status_details: row.error_detail }),
});
