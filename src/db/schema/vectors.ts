import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

/** How texts become vectors. Prefixes are null in a base from before them, whose vectors have none. */
export interface EmbeddingSettings {
  readonly embedding_model: string;
  readonly dimensions: number;
  readonly query_prefix: string | null;
  readonly document_prefix: string | null;
}

/** Use of embedding models, counted by triggers on `usage`. Null before the first call that was counted. */
export const embeddingUsage = {
  embedding_calls: integer(),
  embedding_tokens: integer(),
  embedding_cost_nano_usd: integer(),
  /** Calls of unknown cost. */
  embedding_unpriced_calls: integer(),
};

/** Vectors of the embedded vector index before `vectors`, to which a task moves them. */
export const chunk_vectors = sqliteTable(
  'chunk_vectors',
  {
    chunk_id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    vector: text().notNull(),
  },
  (table) => [index('chunk_vectors_base').on(table.workspace_id, table.base_id, table.chunk_id)],
);

/**
 * Vectors of the embedded vector index: int8, base64. A vector that is replaced gets a new `seq`, so that those
 * behind the last block of a base are the ones that no block has.
 */
export const vectors = sqliteTable(
  'vectors',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    vector: text().notNull(),
  },
  (table) => [
    uniqueIndex('vectors_id').on(table.id),
    index('vectors_base').on(table.workspace_id, table.base_id, table.seq),
  ],
);

/** Signatures of the vectors of a base from `first_seq` to `last_seq`. A block never changes. */
export const vector_blocks = sqliteTable(
  'vector_blocks',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    first_seq: integer().notNull(),
    last_seq: integer().notNull(),
    count: integer().notNull(),
    data: text().notNull(),
  },
  (table) => [
    uniqueIndex('vector_blocks_base').on(table.workspace_id, table.base_id, table.last_seq),
  ],
);

/** Counters of a base, by which the upkeep of the index finds its work. Upper bounds, which the upkeep corrects. */
export const vector_lists = sqliteTable(
  'vector_lists',
  {
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    /** Vectors that were added behind the last block. */
    tail: integer().notNull(),
    /** Vectors in blocks. */
    packed: integer().notNull(),
    /** Vectors that were removed since. */
    removed: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.base_id] }),
    index('vector_lists_due')
      .on(table.tail)
      .where(sql`tail >= 4096 or removed * 4 > packed + 4096 or removed >= tail + packed`),
  ],
);

export const embeddingMigrationStatuses = [
  'building',
  'ready',
  'switched',
  'failed',
  'cancelling',
  'cancelled',
  'completing',
  'completed',
] as const;

/** The change of a base to another embedding model. At most one of a base is open. */
export const embedding_migrations = sqliteTable(
  'embedding_migrations',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    status: text({ enum: embeddingMigrationStatuses }).notNull(),
    source_space: integer().notNull(),
    source: text({ mode: 'json' }).notNull().$type<EmbeddingSettings>(),
    target_space: integer().notNull(),
    target: text({ mode: 'json' }).notNull().$type<EmbeddingSettings>(),
    /** The last chunk there was at the start. Later ones get both vectors when they are stored. */
    last_seq: integer().notNull(),
    /** The chunk that was handled last, by file, attempt and ordinal, while it is built or removed. */
    cursor_file: text().notNull().default(''),
    cursor_attempt: integer().notNull().default(0),
    cursor_ordinal: integer().notNull().default(-1),
    chunks_total: integer().notNull(),
    chunks_done: integer().notNull().default(0),
    ...embeddingUsage,
    error_code: text(),
    error_detail: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    ready_at: integer(),
    switched_at: integer(),
  },
  (table) => [
    index('embedding_migrations_base').on(table.workspace_id, table.base_id, table.id),
    uniqueIndex('embedding_migrations_open')
      .on(table.base_id)
      .where(sql`status not in ('cancelled', 'completed')`),
  ],
);
