import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coversAgent, payingKey } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { findBase } from '../bases.ts';
import {
  type BatchRow,
  batchJobId,
  selectBatch,
  selectBatches,
  updateBatch,
} from './batch-store.ts';
import { countFiles, endPending, selectEntries } from './entry-store.ts';
import {
  type BatchEntry,
  type EntryQuery,
  type FileBatch,
  type FileBatchProgress,
  toBatch,
  toEntry,
} from './schema.ts';

/** Returns a batch. Throws `not_found`, also for one of a base that the key does not cover. */
async function findBatch(ctx: Ctx, id: string): Promise<BatchRow> {
  const found = await selectBatch(ctx.db, ctx.workspace_id, id).get();
  if (found === undefined || !coversAgent(ctx.actor, found.agent_id)) throw notFound('batch');
  return found.batch;
}

export async function getBatch(ctx: Ctx, id: string): Promise<FileBatchProgress> {
  const batch = await findBatch(ctx, id);
  const files = { processing: 0, ready: 0, failed: 0, deleted: 0 };
  for (const { state, n } of await countFiles(ctx.db, id)) files[state] = n;
  return { ...toBatch(batch), files };
}

export async function listBatches(
  ctx: Ctx,
  base_id: string,
  query: PageQuery,
): Promise<Page<FileBatch>> {
  await findBase(ctx, base_id);
  const { workspace_id } = ctx;
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id, list: `batches:${base_id}` },
    query,
    (after, limit) => selectBatches(ctx.db, workspace_id, base_id, after, limit).all(),
    (row) => row.id,
    toBatch,
  );
}

export async function listEntries(
  ctx: Ctx,
  id: string,
  { limit, cursor, state }: EntryQuery,
): Promise<Page<BatchEntry>> {
  await findBatch(ctx, id);
  const { workspace_id } = ctx;
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id,
      list: `batch-entries:${id}`,
      filters: { state },
    },
    { limit, cursor },
    (after, count) =>
      selectEntries(ctx.db, workspace_id, id, {
        state,
        after: Number(after ?? -1),
        limit: count,
      }).all(),
    (row) => String(row.ordinal),
    toEntry,
  );
}

/** Stops a batch; what is stored stays. Throws `conflict` when it has ended. */
export async function cancelBatch(ctx: Ctx, id: string): Promise<FileBatch> {
  const batch = await findBatch(ctx, id);
  const ended = new Failure('conflict', 'The batch has ended.');
  if (batch.status !== 'queued' && batch.status !== 'in_progress') throw ended;
  const now = ctx.now();
  const cancelled = { state: 'cancelled', error_code: null, error_detail: null } as const;
  const { pending = 0, ...counts } = batch.counts;
  const reply = toBatch({
    ...batch,
    ...endOf('cancelled', now),
    counts: { ...counts, cancelled: pending },
  });
  const [, rows] = await commit(ctx, {
    statements: [
      endPending(ctx.db, id, { ...cancelled, updated_at: now }),
      updateBatch(ctx.db, batch, endOf('cancelled', now)),
    ],
    audit: [{ action: 'file_batch.cancel', target_type: 'file_batch', target_id: id }],
    jobs: archiveRemoval(batch),
    reply,
  });
  if (rows.length === 0) throw ended;
  return reply;
}

/** The fields of a batch that ends. */
export const endOf = (status: 'completed' | 'failed' | 'cancelled', now: number) => ({
  status,
  object_id: null,
  updated_at: now,
  completed_at: now,
});

/** The job that deletes the archive of a batch. */
export const archiveRemoval = ({ object_id }: Pick<BatchRow, 'object_id'>) =>
  object_id === null ? [] : [{ type: 'file.delete', file_id: object_id } as const];

/** The job that processes a batch. There is one at most. */
export const batchJob = (ctx: Ctx, batch_id: string) => ({
  job: { type: 'batch.process', batch_id, api_key_id: payingKey(ctx.actor) } as const,
  lane: batch_id,
  id: batchJobId(batch_id),
});

/** Returns the failure of a batch that could not be inserted. */
export async function refusalOf(ctx: Ctx, base_id: string, error: unknown): Promise<unknown> {
  if (!isGuardViolation(error, 'file_batches.base_id')) return error;
  await findBase(ctx, base_id);
  return new Failure(
    'conflict',
    'The knowledge base has too many batches in progress. Retry later.',
  );
}

export const newBatch = (
  ctx: Ctx,
  base_id: string,
  given: Pick<BatchRow, 'type' | 'name'> & Partial<BatchRow>,
): BatchRow => ({
  id: ctx.newId('batch'),
  workspace_id: ctx.workspace_id,
  base_id,
  archive_type: null,
  object_id: null,
  byte_size: 0,
  status: 'queued',
  is_listed: false,
  defaults: {},
  counts: {},
  entry_count: 0,
  position: 0,
  read_bytes: 0,
  error_code: null,
  error_detail: null,
  api_key_id: payingKey(ctx.actor),
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  updated_at: ctx.now(),
  completed_at: null,
  ...given,
});
