import { sql } from 'drizzle-orm';
import { batch, type Statement } from '../../db/client.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { selectBase } from '../base-store.ts';
import { formerScope } from '../history/scope.ts';
import { type EmbeddedChunk, embedChunks } from '../ingest/embed-chunks.ts';
import { isLasting } from '../lasting-failure.ts';
import { contentKey, scopeOf, vectorId } from '../vector-space.ts';
import { buildJob } from './service.ts';
import {
  type BuiltChunk,
  type MigrationRow,
  selectChunksAfter,
  selectChunksNow,
  selectMigration,
  selectRestOf,
  updateMigration,
} from './store.ts';

/** Chunks embedded and stored in one batch, and batches of one job. */
const chunksAtOnce = 96;
const batchesOfJob = 10;

/**
 * Embeds the chunks that a base had at the start of a migration, some a run. Each batch is written only if no other
 * run has moved the cursor, so that repeated and concurrent jobs have one effect.
 */
export async function buildEmbeddings(
  ctx: Ctx,
  migration_id: string,
  end: Statement | undefined,
): Promise<boolean> {
  for (let count = 0; count < batchesOfJob; count += 1) {
    const row = await selectMigration(ctx.db, ctx.workspace_id, migration_id).get();
    if (row?.status !== 'building') return false;
    try {
      if (!(await buildSome(ctx, row))) return false;
    } catch (error) {
      if (error instanceof Failure) await noteError(ctx, row, error);
      if (!isLasting(error)) throw error;
      await failMigration(ctx, migration_id);
      return false;
    }
  }
  await commit(ctx, {
    statements: [end ?? null],
    jobs: [buildJob(ctx, migration_id)],
  });
  return end !== undefined;
}

/** Embeds the next chunks. Returns false after the last, and when another run has handled them. */
async function buildSome(ctx: Ctx, row: MigrationRow): Promise<boolean> {
  const { db, workspace_id } = ctx;
  const [page, [base]] = await batch(db, [
    selectChunksAfter(db, row, chunksAtOnce),
    selectBase(db, workspace_id, row.base_id),
  ]);
  if (base === undefined) return false;
  const last = page.at(-1);
  if (last === undefined) {
    const now = ctx.now();
    const changes = { status: 'ready', ready_at: now, updated_at: now } as const;
    await updateMigration(db, workspace_id, row.id, ['building'], changes, isAt(row));
    return false;
  }
  // Later ones have got both vectors.
  const chunks = [...page, ...(await selectRestOf(db, page))].filter(
    ({ seq }) => seq <= row.last_seq,
  );
  const changes = {
    cursor_file: last.file_id,
    cursor_attempt: last.attempt,
    cursor_ordinal: last.ordinal,
    chunks_done: row.chunks_done + chunks.length,
    error_code: null,
    error_detail: null,
    updated_at: ctx.now(),
  };
  if (chunks.length > 0) return store(ctx, row, base.agent_id, chunks, changes);
  const moved = await updateMigration(db, workspace_id, row.id, ['building'], changes, isAt(row));
  return moved.length > 0;
}

const isAt = ({ cursor_file, cursor_attempt, cursor_ordinal, last_seq }: MigrationRow) =>
  sql`(cursor_file, cursor_attempt, cursor_ordinal, last_seq) = (${cursor_file}, cast(${cursor_attempt} as integer), cast(${cursor_ordinal} as integer), cast(${last_seq} as integer))`;

/** Stores the vectors of chunks, again of those that have changed while they were embedded, and moves the cursor. */
async function store(
  ctx: Ctx,
  row: MigrationRow,
  agent_id: string | null,
  chunks: readonly BuiltChunk[],
  changes: Partial<MigrationRow>,
): Promise<boolean> {
  const { db, workspace_id } = ctx;
  const [first] = chunks;
  const call_key = `${row.id}:${row.last_seq}:${first?.file_id}:${first?.attempt}:${first?.ordinal}`;
  let rest: readonly EmbeddedChunk[] = chunks.map(({ seq: _, is_former, ...chunk }) => ({
    ...chunk,
    is_former: is_former === 1,
  }));
  const contents = new Map(
    chunks.map(({ id, file_id, attempt }) => [id, contentKey(file_id, attempt, row.target_space)]),
  );
  let isMoved = false;
  for (let round = 0; rest.length > 0; round += 1) {
    const embedded = rest;
    const key = `${call_key}:${round}`;
    const { embeddings, usage } = await embedChunks(ctx, agent_id, row.target, embedded, key);
    const records = embedded.map(({ id, is_former = false }, index) => ({
      id: vectorId(id, row.target_space),
      base_id: scopeOf(is_former ? formerScope(row.base_id) : row.base_id, row.target_space),
      content: contents.get(id) ?? '',
      values: embeddings[index] ?? [],
    }));
    const ids = embedded.map(({ id }) => id);
    let current = new Map<string, EmbeddedChunk>();
    let isWanted = false;
    await ctx.vectors.upsert(workspace_id, records, async (vectors) => {
      const [moved, now, [migration]] = await batch(db, [
        round > 0
          ? null
          : updateMigration(db, workspace_id, row.id, ['building'], changes, isAt(row)),
        selectChunksNow(db, workspace_id, ids),
        selectMigration(db, workspace_id, row.id),
        ...usage,
        ...vectors,
      ]);
      isMoved ||= moved !== null && moved.length > 0;
      isWanted = migration !== undefined && !isRemoved.has(migration.status);
      current = new Map(now.map((chunk) => [chunk.id, chunk]));
    });
    // Deleted in the meantime, or removed by a job that has passed them already.
    const gone = ids.filter((id) => !isWanted || !current.has(id));
    await ctx.vectors.remove(
      workspace_id,
      gone.map((id) => vectorId(id, row.target_space)),
    );
    rest = embedded.flatMap(({ id, heading, text, is_former }) => {
      const chunk = current.get(id);
      const isSame =
        chunk === undefined ||
        (chunk.text === text && chunk.heading === heading && chunk.is_former === is_former);
      return isSame || !isWanted ? [] : [chunk];
    });
  }
  return isMoved;
}

/** States in which the vectors of the target are removed. */
const isRemoved: ReadonlySet<string> = new Set(['cancelling', 'cancelled']);

const noteError = (ctx: Ctx, { id }: MigrationRow, { code, message }: Failure) =>
  updateMigration(ctx.db, ctx.workspace_id, id, ['building'], {
    error_code: code,
    error_detail: message.slice(0, 1000),
    updated_at: ctx.now(),
  });

/** Marks a migration as failed once its job has no attempts left. It can be resumed. */
export async function failMigration(ctx: Ctx, migration_id: string): Promise<void> {
  await updateMigration(ctx.db, ctx.workspace_id, migration_id, ['building'], {
    status: 'failed',
    error_code: sql`coalesce(error_code, 'internal')`,
    error_detail: sql`coalesce(error_detail, 'The chunks could not be embedded.')`,
    updated_at: ctx.now(),
  });
}
