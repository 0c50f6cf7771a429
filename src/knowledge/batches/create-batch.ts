import { batch as runBatch, type Statement } from '../../db/client.ts';
import { originalKey } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { fingerprintBody, IdempotentReplay } from '../../platform/idempotency.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { findBase } from '../bases.ts';
import { checkBucket } from '../check-bucket.ts';
import { deleteCleanups, insertCleanup } from '../upload/cleanup-store.ts';
import { insertBatch } from './batch-store.ts';
import { insertEntries, type NewEntry } from './entry-store.ts';
import { addressOf, type BatchInput, receiveBatch } from './receive-batch.ts';
import {
  aboutFile,
  type CreateBatch,
  type FileBatch,
  fromDefaults,
  type ListedFile,
  toBatch,
} from './schema.ts';
import { batchJob, newBatch, refusalOf } from './service.ts';

export type BatchSource = { readonly request: Request } | { readonly body: CreateBatch };

/**
 * Stores an archive or a list of addresses, whose entries a chain of jobs adds to the base. Throws the failures of
 * an upload, and `conflict` while too many batches are in progress.
 */
export async function createBatch(
  ctx: Ctx,
  base_id: string,
  source: BatchSource,
): Promise<FileBatch> {
  await findBase(ctx, base_id);
  if ('body' in source) {
    const { files, defaults } = source.body;
    const list = { type: 'list', name: null, files, defaults } as const;
    checkList(ctx, list.files, (index) => `/files/${index}`);
    return insert(ctx, base_id, list, null);
  }
  const object_id = ctx.newId('file');
  let isRead = false;
  try {
    await runBatch(ctx.db, [insertCleanup(ctx.db, ctx.workspace_id, object_id, ctx.now())]);
    const received = await receiveBatch(ctx, object_id, source.request);
    if (received.type === 'list') checkList(ctx, received.files, () => '/file');
    isRead = true;
    const keyed = await fingerprintBody(ctx, received);
    return await insert(keyed, base_id, received, object_id);
  } catch (error) {
    const isRefused = error instanceof Failure || error instanceof IdempotentReplay;
    if (isRefused || !isRead) await cleanUp(ctx, object_id);
    throw error;
  }
}

/** Throws `validation_failed` for a bucket that the workspace may not read, and for an `external_id` that is there twice. */
function checkList(
  { buckets }: Ctx,
  files: readonly ListedFile[],
  pointerOf: (index: number) => string,
): void {
  const seen = new Set<string>();
  for (const [index, { bucket, external_id }] of files.entries()) {
    const pointer = pointerOf(index);
    if (bucket !== undefined)
      checkBucket(buckets, bucket, pointer === '/file' ? pointer : `${pointer}/bucket`);
    if (external_id === undefined) continue;
    if (seen.has(external_id))
      throw invalid(pointer, `\`external_id\` ${external_id} is there twice.`);
    seen.add(external_id);
  }
}

async function insert(
  ctx: Ctx,
  base_id: string,
  received: BatchInput,
  object_id: string | null,
): Promise<FileBatch> {
  const row =
    received.type === 'list'
      ? newBatch(ctx, base_id, {
          type: 'list',
          name: received.name,
          defaults: fromDefaults(received.defaults),
          is_listed: true,
          entry_count: received.files.length,
          counts: { pending: received.files.length },
        })
      : newBatch(ctx, base_id, {
          type: 'archive',
          name: received.name,
          defaults: fromDefaults(received.defaults),
          archive_type: received.archive_type,
          byte_size: received.byte_size,
          object_id,
        });
  const entries = received.type === 'list' ? received.files.map(entryOf) : [];
  const reply = toBatch(row);
  const { type, name } = row;
  try {
    await commit(ctx, {
      statements: [
        insertBatch(ctx.db, row),
        ...(insertEntries(ctx.db, row, entries, ctx.now()) as unknown as Statement[]),
        object_id === null ? null : deleteCleanups(ctx.db, ctx.workspace_id, [object_id]),
      ],
      audit: [
        {
          action: 'file_batch.create',
          target_type: 'file_batch',
          target_id: row.id,
          detail: { base_id, type, name },
        },
      ],
      jobs: [batchJob(ctx, row.id)],
      reply,
    });
  } catch (error) {
    throw await refusalOf(ctx, base_id, error);
  }
  return reply;
}

function entryOf(file: ListedFile, ordinal: number): NewEntry {
  const { url, bucket = '', key = '', name = null, external_id, metadata = {} } = file;
  const address = addressOf(file);
  return {
    ordinal,
    path: address,
    name,
    external_id: external_id ?? null,
    metadata,
    about: aboutFile(file),
    location: url === undefined ? { type: 'object', bucket, key } : { type: 'url', url },
    state: 'pending',
    error_code: null,
    error_detail: null,
  };
}

/** Removes an object without a batch, then its scheduled cleanup. */
async function cleanUp(ctx: Ctx, object_id: string): Promise<void> {
  try {
    await ctx.files.remove([originalKey(ctx.workspace_id, object_id)]);
    await deleteCleanups(ctx.db, ctx.workspace_id, [object_id]).run();
  } catch (error) {
    ctx.log.error('cleanup_left_to_the_sweep', { ids: [object_id], error });
  }
}
