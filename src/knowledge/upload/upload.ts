import { batch } from '../../db/client.ts';
import { type FilePart, type FormatKind, originalKey, receiveFile } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { fingerprintBody, IdempotentReplay } from '../../platform/idempotency.ts';
import { Failure } from '../../shared/failure.ts';
import { selectBaseById } from '../base-store.ts';
import { findBase, visible } from '../bases.ts';
import type { Uploaded } from '../schema.ts';
import { deleteCleanups, insertCleanup } from './cleanup-store.ts';
import { commitUpload } from './commit-upload.ts';
import { readUpload } from './read-upload.ts';
import type { StoredFile, Upload, UploadSource } from './upload-input.ts';

/**
 * Stores files and queues their ingestion. Content that exists already returns the existing file; the same
 * `external_id` replaces the content of the file that has it. A request stores all of its files or none.
 */
export async function uploadFiles(
  ctx: Ctx,
  base_id: string,
  source: UploadSource,
): Promise<Uploaded> {
  const stored: string[] = [];
  let kinds: readonly FormatKind[] = ['document'];
  const receive = async (part: FilePart): Promise<StoredFile> => {
    const id = ctx.newId('file');
    const isFirst = stored.push(id) === 1;
    const [bases] = await batch(ctx.db, [
      isFirst ? selectBaseById(ctx.db, { workspace_id: ctx.workspace_id, id: base_id }) : null,
      insertCleanup(ctx.db, ctx.workspace_id, id, ctx.now()),
    ]);
    if (bases !== null && visible(ctx, bases[0]).ocr_model !== null) kinds = ['document', 'image'];
    return { id, ...(await receiveFile(ctx, id, part, kinds)) };
  };
  try {
    const upload = await readUpload(source, receive);
    const request = 'body' in source ? ctx : await fingerprintBody(ctx, identityOf(upload));
    const { reply, originals } = await commitUpload(request, base_id, upload);
    const unneeded = stored.filter((id) => !originals.has(id));
    if (unneeded.length > 0) ctx.defer(cleanUp(ctx, unneeded));
    return reply;
  } catch (error) {
    // A base that the caller may not use comes before faults of the form.
    if (stored.length === 0) await findBase(ctx, base_id);
    // After any other error the batch may have been committed: the scheduled cleanup decides.
    if (error instanceof Failure || error instanceof IdempotentReplay) await cleanUp(ctx, stored);
    throw error;
  }
}

/** Body of the request without generated ids, for its fingerprint. */
const identityOf = ({ files, ...rest }: Upload) => ({
  ...rest,
  files: files.map(({ id: _, ...file }) => file),
});

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
