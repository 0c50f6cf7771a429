import { batch as runBatch, type Statement } from '../../db/client.ts';
import { DocumentFault } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { commitStep, type NextStep } from '../../platform/next-step.ts';
import { SourceFault } from '../sources/fault.ts';
import { applyManifest } from './apply-manifest.ts';
import { type BatchRow, selectBatch, updateBatch } from './batch-store.ts';
import { endPending, selectPending, updateEntry } from './entry-store.ts';
import { listPart } from './list-entries.ts';
import { ManifestFault } from './manifest.ts';
import { archiveRemoval, batchJob, endOf } from './service.ts';
import { storeEntries } from './store-entries.ts';

interface Step {
  readonly statements: readonly Statement[];
  readonly next: NextStep;
}

/**
 * Runs one bounded step of a batch and queues the next. All state is in the database, so a step that was
 * interrupted, or runs twice, continues where the entries show. Returns true when `end` was committed.
 */
export async function processBatch(
  ctx: Ctx,
  batch_id: string,
  end: Statement | undefined,
): Promise<boolean> {
  const batch = await activeBatch(ctx, batch_id);
  if (batch === null) return false;
  const { statements, next } = await nextStep(ctx, batch);
  if (next === 'end' && batch.object_id !== null)
    await commit(ctx, { statements: [...statements, end ?? null], jobs: archiveRemoval(batch) });
  else await commitStep(ctx, statements, end ?? null, batchJob(ctx, batch_id), next);
  return end !== undefined;
}

async function activeBatch(ctx: Ctx, batch_id: string): Promise<BatchRow | null> {
  const found = await selectBatch(ctx.db, ctx.workspace_id, batch_id).get();
  const isActive = ['queued', 'in_progress'].includes(found?.batch.status ?? '');
  return found !== undefined && isActive ? found.batch : null;
}

async function nextStep(ctx: Ctx, batch: BatchRow): Promise<Step> {
  const progress = { status: 'in_progress', updated_at: ctx.now() } as const;
  try {
    if (!batch.is_listed) {
      const isAtEnd = batch.position > 0 && batch.position >= batch.byte_size;
      const statements = await (isAtEnd ? applyManifest : listPart)(ctx, batch);
      return { statements: [...statements, updateBatch(ctx.db, batch, progress)], next: 'now' };
    }
    const stored = await storeEntries(ctx, batch);
    if (stored === null)
      return {
        statements: [updateBatch(ctx.db, batch, endOf('completed', ctx.now()))],
        next: 'end',
      };
    const { read_bytes, next } = stored;
    return { statements: [updateBatch(ctx.db, batch, { ...progress, read_bytes })], next };
  } catch (error) {
    const code =
      error instanceof ManifestFault
        ? 'invalid_manifest'
        : error instanceof DocumentFault || error instanceof SourceFault
          ? error.code
          : null;
    if (code === null) throw error;
    return { statements: failed(ctx, batch, code, (error as Error).message), next: 'end' };
  }
}

/** Ends a batch that cannot continue. Entries that are stored are kept. */
function failed(ctx: Ctx, batch: BatchRow, code: string, detail: string): Statement[] {
  const error = { error_code: code, error_detail: detail };
  return [
    endPending(ctx.db, batch.id, { state: 'failed', ...error, updated_at: ctx.now() }),
    updateBatch(ctx.db, batch, { ...endOf('failed', ctx.now()), ...error }),
  ];
}

/** Fails the entry at which the job was interrupted repeatedly, and continues with the others. */
export async function skipExhaustedEntry(ctx: Ctx, batch_id: string): Promise<void> {
  const batch = await activeBatch(ctx, batch_id);
  if (batch === null) return;
  const detail = 'Processing was interrupted repeatedly.';
  const [entry] = batch.is_listed ? await selectPending(ctx.db, batch_id, 1).all() : [];
  if (entry === undefined)
    return void (await runBatch(ctx.db, failed(ctx, batch, 'internal', detail)));
  const error = { error_code: 'internal', error_detail: detail, updated_at: ctx.now() };
  const { job, lane } = batchJob(ctx, batch_id);
  await commit(ctx, {
    statements: [updateEntry(ctx.db, entry, { state: 'failed', ...error })],
    // With an id of its own, since the exhausted job is deleted afterwards.
    jobs: [{ job, lane }],
  });
}
