import { z } from '@hono/zod-openapi';
import { type EmbeddingSettings, embeddingMigrationStatuses } from '../../db/schema/vectors.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { EmbeddingUsage, embeddingFields, toEmbeddingUsage } from '../base-schema.ts';
import type { MigrationRow } from './store.ts';

export const CreateEmbeddingMigration = z
  .strictObject({
    ...embeddingFields,
    embedding_model: embeddingFields.embedding_model.describe(
      'The model that is to replace that of the base',
    ),
  })
  .openapi('CreateEmbeddingMigration', {
    example: { embedding_model: 'openai/text-embedding-3-small' } as never,
  });
export type CreateEmbeddingMigration = z.output<typeof CreateEmbeddingMigration>;

const Settings = z.object({
  embedding_model: z.string(),
  dimensions: z.int(),
  query_prefix: z.string(),
  document_prefix: z.string(),
});

export const EmbeddingMigration = z
  .object({
    id: Id('emb'),
    base_id: Id('kb'),
    status: z
      .enum(embeddingMigrationStatuses)
      .describe(
        '`building`: chunks are embedded with the new model, and searches use the former. `ready`: every chunk has vectors of both. `switched`: searches use the new model, and the former vectors are kept up to date. `failed`: see `error`; can be resumed or cancelled. `cancelling`, `completing`: the vectors of the new, or of the former model are being removed; then it is `cancelled` or `completed`',
      ),
    source: Settings.describe('The settings of the base before'),
    target: Settings.describe('The settings of the base after the switch'),
    progress: z.number().min(0).max(1).describe('Share of the chunks that have been embedded'),
    chunks_done: z.int(),
    chunks_total: z.int().describe('Chunks at the start, with those of the history'),
    usage: EmbeddingUsage.describe('Use of the new model by chunks that were there at the start'),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    created_at: Time,
    updated_at: Time,
    ready_at: Time.nullable(),
    switched_at: Time.nullable(),
  })
  .openapi('EmbeddingMigration');
export type EmbeddingMigration = z.output<typeof EmbeddingMigration>;

export const MigrationQuery = z.strictObject(pageQuery);

const toSettings = ({ query_prefix, document_prefix, ...rest }: EmbeddingSettings) => ({
  ...rest,
  query_prefix: query_prefix ?? '',
  document_prefix: document_prefix ?? '',
});

export const toMigration = (row: MigrationRow): EmbeddingMigration => ({
  id: row.id,
  base_id: row.base_id,
  status: row.status,
  source: toSettings(row.source),
  target: toSettings(row.target),
  progress:
    row.ready_at !== null ? 1 : Math.min(1, row.chunks_done / Math.max(1, row.chunks_total)),
  chunks_done: row.chunks_done,
  chunks_total: row.chunks_total,
  usage: toEmbeddingUsage(row),
  error: row.error_code === null ? null : { code: row.error_code, detail: row.error_detail ?? '' },
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
  ready_at: toWireTimeOrNull(row.ready_at),
  switched_at: toWireTimeOrNull(row.switched_at),
});

/** Limits of a comparison. */
export const maxComparedQueries = 50;
export const comparedHits = 10;

export const CompareEmbeddings = z
  .strictObject({
    queries: z
      .array(z.string().trim().min(1).max(4000))
      .min(1)
      .max(maxComparedQueries)
      .optional()
      .describe(
        `By default the latest messages of users in sessions of agents that search the base, at most ${maxComparedQueries}`,
      ),
  })
  .openapi('CompareEmbeddings', { example: { queries: ['How many days of leave do I have?'] } });
export type CompareEmbeddings = z.output<typeof CompareEmbeddings>;

const overlap = z
  .number()
  .min(0)
  .max(1)
  .describe(`Share of the first ${comparedHits} hits that both models find`);
const correlation = z
  .number()
  .min(-1)
  .max(1)
  .nullable()
  .describe(
    'Rank correlation (Spearman) of the hits that both models find; null with fewer than two',
  );

export const EmbeddingComparison = z
  .object({
    query_count: z.int(),
    overlap,
    rank_correlation: correlation,
    changed_top_hits: z.int().describe('Queries whose first hit differs'),
    queries: z.array(
      z.object({
        query: z.string(),
        overlap,
        rank_correlation: correlation,
        is_top_hit_changed: z.boolean(),
        source: z.array(Id('chk')).describe('Chunks that the former model finds, best first'),
        target: z.array(Id('chk')).describe('Chunks that the new model finds, best first'),
      }),
    ),
  })
  .openapi('EmbeddingComparison');
export type EmbeddingComparison = z.output<typeof EmbeddingComparison>;
