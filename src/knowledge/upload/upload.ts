import { batch } from '../../db/client.ts';
import { type FilePart, type FormatKind, originalKey, receiveFile } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { fingerprintBody, IdempotentReplay } from '../../platform/idempotency.ts';
import { Failure } from '../../shared/failure.ts';
import { selectBaseById } from '../base-store.ts';
import { findBase, visible } from '../bases.ts';
import type { PartlyUploaded, Uploaded, UploadedFile } from '../file-schema.ts';
import { deleteCleanups, insertCleanup } from './cleanup-store.ts';
import { commitUpload, type RecordFile } from './commit-upload.ts';
import { readUpload } from './read-upload.ts';
import { isStored, type StoredFile, type Upload, type UploadSource } from './upload-input.ts';

/**
 * Stores files and queues their ingestion. Content that exists already returns the existing file; the same
 * `external_id` replaces the content of the file that has it. Files that are refused do not keep the others from
 * being stored. `record` adds statements to the batch.
 */
export async function uploadFiles(
  ctx: Ctx,
  base_id: string,
  source: UploadSource,
  record?: RecordFile,
): Promise<Uploaded | PartlyUploaded> {
  const stored: string[] = [];
  let default_groups: Upload['default_groups'] = null;
  let kinds: readonly FormatKind[] = ['document'];
  let isRead = false;
  const receive = async (part: FilePart): Promise<StoredFile> => {
    const id = ctx.newId('file');
    const isFirst = stored.push(id) === 1;
    const [bases] = await batch(ctx.db, [
      isFirst ? selectBaseById(ctx.db, { workspace_id: ctx.workspace_id, id: base_id }) : null,
      insertCleanup(ctx.db, ctx.workspace_id, id, ctx.now()),
    ]);
    if (bases !== null) {
      const base = visible(ctx, bases[0]);
      default_groups = base.default_groups;
      if (base.ocr_model !== null) kinds = ['document', 'image'];
    }
    return { id, ...(await receiveFile(ctx, id, part, kinds)) };
  };
  try {
    const read = await readUpload(source, receive);
    isRead = true;
    const upload = { ...read, default_groups };
    const request = 'body' in source ? ctx : await fingerprintBody(ctx, identityOf(read));
    const { reply, originals } = await commitUpload(request, base_id, upload, record);
    const unneeded = stored.filter((id) => !originals.has(id));
    if (unneeded.length > 0) ctx.defer(cleanUp(ctx, unneeded));
    return reply;
  } catch (error) {
    // A base that the caller may not use comes before faults of the form.
    if (stored.length === 0) await findBase(ctx, base_id);
    // After any other error the batch may have been committed: the scheduled cleanup decides.
    const isRefused = error instanceof Failure || error instanceof IdempotentReplay;
    if (isRefused || !isRead) await cleanUp(ctx, stored);
    throw error;
  }
}

/** Body of the request without generated ids, for its fingerprint. */
const identityOf = ({ entries, ...rest }: Omit<Upload, 'default_groups'>) => ({
  ...rest,
  files: entries.map((entry) => (isStored(entry) ? { ...entry, id: undefined } : entry)),
});

/** Stores one file, from text or a stream. Throws like `uploadFiles`. */
export async function uploadFile(
  ctx: Ctx,
  base_id: string,
  source: Exclude<UploadSource, { readonly request: Request }>,
  record?: RecordFile,
): Promise<UploadedFile> {
  const { data } = await uploadFiles(ctx, base_id, source, record);
  const [file] = data;
  if (file === undefined || !('id' in file)) throw new Error('an upload of one file returned none');
  return file;
}

/** Removes objects without a row, then their scheduled cleanup. */
async function cleanUp(ctx: Ctx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  try {
    await ctx.files.remove(ids.map((id) => originalKey(ctx.workspace_id, id)));
    await deleteCleanups(ctx.db, ctx.workspace_id, ids).run();
  } catch (error) {
    ctx.log.error('cleanup_left_to_the_sweep', { ids, error });
  }
}
