import { isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, payingKey } from '../../platform/context.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import type { BaseRow } from '../base-store.ts';
import { findBase } from '../bases.ts';
import { assertUsable, embeddingSettings } from '../embedding-settings.ts';
import { type CreateEmbeddingMigration, type EmbeddingMigration, toMigration } from './schema.ts';
import {
  insertMigration,
  type MigrationRow,
  selectLastSpace,
  selectMigration,
  selectMigrations,
  updateSpaces,
} from './store.ts';

/** Starts to embed the chunks of a base with another model. Throws `validation_failed` and `conflict`. */
export async function createMigration(
  ctx: Ctx,
  base_id: string,
  input: CreateEmbeddingMigration,
): Promise<EmbeddingMigration> {
  const base = await findBase(ctx, base_id);
  const target = embeddingSettings(input);
  const source = settingsOf(base);
  if (JSON.stringify(source) === JSON.stringify(target))
    throw invalid('/embedding_model', 'The knowledge base has these settings already.');
  await assertUsable(ctx, target);
  const last = await selectLastSpace(ctx.db, base_id).get();
  const row: MigrationRow = {
    ...newRow(ctx, base),
    source,
    target,
    target_space: (last?.space ?? 0) + 1,
  };
  const reply = toMigration(row);
  try {
    await commit(ctx, {
      statements: [
        insertMigration(ctx.db, row),
        updateSpaces(ctx.db, row, 'building', {
          second_space: row.target_space,
          second_embedding: target,
        }),
      ],
      audit: [auditOf('create', row, { ...target })],
      jobs: [buildJob(ctx, row.id)],
      reply,
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'embedding_migrations.base_id')) throw error;
    throw new Failure(
      'conflict',
      'Another embedding migration of this knowledge base has not ended. Complete or cancel it first.',
    );
  }
  return reply;
}

/** The settings in a fixed order of fields. */
const settingsOf = ({ embedding_model, dimensions, query_prefix, document_prefix }: BaseRow) => ({
  embedding_model,
  dimensions,
  query_prefix,
  document_prefix,
});

function newRow(
  ctx: Ctx,
  { id: base_id, workspace_id, vector_space, chunk_count, former_chunk_count }: BaseRow,
): Omit<MigrationRow, 'source' | 'target' | 'target_space'> {
  const now = ctx.now();
  return {
    ...{ id: ctx.newId('emb'), workspace_id, base_id, status: 'building' },
    source_space: vector_space,
    ...{ last_seq: 0, cursor_file: '', cursor_attempt: 0, cursor_ordinal: -1 },
    ...{ chunks_total: chunk_count + former_chunk_count, chunks_done: 0 },
    ...{ embedding_calls: 0, embedding_tokens: 0, embedding_cost_nano_usd: 0 },
    ...{ embedding_unpriced_calls: 0, error_code: null, error_detail: null },
    created_by: actorId(ctx.actor),
    ...{ created_at: now, updated_at: now, ready_at: null, switched_at: null },
  };
}

export const buildJob = (ctx: Ctx, migration_id: string) =>
  ({ type: 'embedding.build', migration_id, api_key_id: payingKey(ctx.actor) }) as const;

export const auditOf = (action: string, row: MigrationRow, detail = {}) => ({
  action: `knowledge_base.embedding_migration.${action}`,
  target_type: 'knowledge_base',
  target_id: row.base_id,
  detail: { migration_id: row.id, ...detail },
});

/** Returns a migration with its base. Throws `not_found`, also for a base that the key does not cover. */
export async function findMigration(
  ctx: Ctx,
  id: string,
): Promise<{ readonly row: MigrationRow; readonly base: BaseRow }> {
  const row = await selectMigration(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('embedding migration');
  try {
    return { row, base: await findBase(ctx, row.base_id) };
  } catch (error) {
    throw error instanceof Failure ? notFound('embedding migration') : error;
  }
}

export const getMigration = async (ctx: Ctx, id: string): Promise<EmbeddingMigration> =>
  toMigration((await findMigration(ctx, id)).row);

export async function listMigrations(
  ctx: Ctx,
  base_id: string,
  query: PageQuery,
): Promise<Page<EmbeddingMigration>> {
  await findBase(ctx, base_id);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `embedding-migrations:${base_id}`,
      filters: {},
    },
    query,
    (after, limit) => selectMigrations(ctx.db, ctx.workspace_id, base_id, after, limit).all(),
    (row) => row.id,
    toMigration,
  );
}
