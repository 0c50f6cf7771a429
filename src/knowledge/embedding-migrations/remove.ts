import { batch, type Statement } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { vectorId } from '../vector-space.ts';
import {
  type MigrationRow,
  selectChunksAfter,
  selectMigration,
  selectRestOf,
  updateMigration,
  updateSpaces,
} from './store.ts';

/** Chunks per batch, and batches of one job. */
const chunksAtOnce = 500;
const batchesOfJob = 20;

/** Removes the vectors that a cancelled or completed migration leaves, some a run. */
export async function removeEmbeddings(
  ctx: Ctx,
  migration_id: string,
  end: Statement | undefined,
): Promise<boolean> {
  for (let count = 0; count < batchesOfJob; count += 1) {
    const row = await selectMigration(ctx.db, ctx.workspace_id, migration_id).get();
    if (row?.status !== 'cancelling' && row?.status !== 'completing') return false;
    if (await removeSome(ctx, row)) continue;
    const status = row.status === 'cancelling' ? 'cancelled' : 'completed';
    const now = ctx.now();
    await batch(ctx.db, [
      updateMigration(ctx.db, ctx.workspace_id, row.id, [row.status], { status, updated_at: now }),
      updateSpaces(ctx.db, row, status, { second_space: null }),
    ]);
    return false;
  }
  await commit(ctx, {
    statements: [end ?? null],
    jobs: [{ type: 'embedding.remove', migration_id }],
  });
  return end !== undefined;
}

/** Returns false when no chunk is left. */
async function removeSome(ctx: Ctx, row: MigrationRow): Promise<boolean> {
  const { db, workspace_id } = ctx;
  const page = await selectChunksAfter(db, row, chunksAtOnce);
  const last = page.at(-1);
  if (last === undefined) return false;
  const chunks = [...page, ...(await selectRestOf(db, page))];
  const space = row.status === 'cancelling' ? row.target_space : row.source_space;
  await ctx.vectors.remove(
    workspace_id,
    chunks.map(({ id }) => vectorId(id, space)),
  );
  await updateMigration(db, workspace_id, row.id, [row.status], {
    cursor_file: last.file_id,
    cursor_attempt: last.attempt,
    cursor_ordinal: last.ordinal,
    updated_at: ctx.now(),
  });
  return true;
}
