import { sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { type EmbeddingSettings, embeddingUsage } from './vectors.ts';
import { workspaces } from './workspaces.ts';

export const fileStatuses = [
  'queued',
  'extracting',
  'chunking',
  'embedding',
  'indexing',
  'ready',
  'failed',
] as const;
export type FileStatus = (typeof fileStatuses)[number];

export const knowledge_bases = sqliteTable(
  'knowledge_bases',
  {
    id: text().primaryKey(),
    workspace_id: text()
      .notNull()
      .references(() => workspaces.id),
    /** The agent to which this base belongs; null for a shared one. */
    agent_id: text(),
    name: text().notNull(),
    description: text().notNull(),
    embedding_model: text().notNull(),
    dimensions: integer().notNull(),
    /** Texts before what is embedded; null in a base from before prefixes, whose vectors have none. */
    query_prefix: text(),
    document_prefix: text(),
    chunk_tokens: integer().notNull(),
    chunk_overlap_tokens: integer().notNull(),
    /** The groups of new files; null for none, which everybody may read. */
    default_groups: text({ mode: 'json' }).$type<string[]>(),
    /** Model that transcribes scanned pages; null for none. */
    ocr_model: text(),
    /** Incremented by every change of the base's vectors, so that stale caches are detected. */
    vectors_revision: integer().notNull().default(0),
    /** Searchable chunks, counted by triggers; keyword search weights terms by it. */
    chunk_count: integer().notNull().default(0),
    /** Number of the vectors that searches compare; 0 are those of the first embedding model. */
    vector_space: integer().notNull().default(0),
    /** Number of the vectors beside them: of a model that may replace it, or of the former one. Null without any. */
    second_space: integer(),
    /** The settings by which these are kept up to date; null if they are not. */
    second_embedding: text({ mode: 'json' }).$type<EmbeddingSettings>(),
    ...embeddingUsage,
    /** Days for which content stays in the history of the base after it has been removed; 0 for no history. */
    retention_days: integer().notNull().default(0),
    /** Number of the latest change of what searches find; the trigger `knowledge_revisions_latest` sets it. */
    revision: integer().notNull().default(0),
    /** The first revision whose content is complete; raised by triggers when former content is deleted. */
    oldest_revision: integer().notNull().default(0),
    /** Chunks of former content, counted by triggers. */
    former_chunk_count: integer().notNull().default(0),
    /** Bytes of the originals of former content, counted by triggers. */
    former_byte_size: integer().notNull().default(0),
    /** When former content has to be looked at next; null without any. */
    purge_due_at: integer(),
    deleted_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('knowledge_bases_purge').on(table.purge_due_at).where(sql`purge_due_at is not null`),
    index('knowledge_bases_workspace').on(table.workspace_id, table.id),
    uniqueIndex('knowledge_bases_agent').on(table.agent_id),
  ],
);

/** New content of a file that is being processed, or that failed. */
export interface Replacement {
  readonly name: string;
  readonly media_type: string;
  readonly byte_size: number;
  readonly sha256: string;
  readonly encoding: string | null;
  readonly metadata: Record<string, unknown>;
  readonly fields: FileFields;
  /** Absent for those of the file. */
  readonly groups?: string[] | null | undefined;
  /** Id in the key of its original. */
  readonly original_id: string;
  readonly created_at: number;
  /** Set when its processing has failed. */
  readonly failed_at?: number | undefined;
}

/** Fields of a file that its caller gave. */
export interface FileFields {
  readonly language?: string;
  readonly tags?: readonly string[];
  readonly title?: string;
  readonly author?: string;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly published_at?: string;
}
/** Fields that a caller gives. Null takes the value from the document. */
export type GivenFileFields = {
  readonly [Name in keyof FileFields]: FileFields[Name] | null | undefined;
};

/** The same, as the document says them. Those that are given go before. */
export type DetectedFields = Omit<FileFields, 'tags'>;

export const files = sqliteTable(
  'files',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text()
      .notNull()
      .references(() => knowledge_bases.id),
    name: text().notNull(),
    media_type: text().notNull(),
    byte_size: integer().notNull(),
    sha256: text().notNull(),
    /** The character encoding that the uploader declared; null to detect it. */
    encoding: text(),
    external_id: text(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    fields: text({ mode: 'json' }).notNull().default({}).$type<FileFields>(),
    /** The fields that the searchable content states itself. */
    detected: text({ mode: 'json' }).notNull().default({}).$type<DetectedFields>(),
    /** End users with one of these groups may read the file; null for all end users, empty for none. */
    groups: text({ mode: 'json' }).$type<string[]>(),
    status: text({ enum: fileStatuses }).notNull(),
    /** Completed share of the current step, from 0 to 1. */
    progress: real().notNull().default(0),
    /** Fences stale workers: every write of an attempt is conditional on it. */
    attempt: integer().notNull().default(0),
    /**
     * While the content is replaced or processed again: the attempt whose chunks remain searchable, and their number.
     * The chunks of a ready file are those of `attempt`.
     */
    former_attempt: integer(),
    former_chunk_count: integer().notNull().default(0),
    /** Incremented when the file is queued again, so that a job for earlier content has no effect. */
    revision: integer().notNull().default(0),
    /** Id in the key of the original; null for that of the file. Set when the content is replaced. */
    original_id: text(),
    /**
     * Content that takes the place of that of a searchable file when it is ready; the columns of the file describe
     * what is searchable. Null without any.
     */
    replacement: text({ mode: 'json' }).$type<Replacement>(),
    error_code: text(),
    error_detail: text(),
    page_count: integer(),
    char_count: integer(),
    /** True when the extracted text is Markdown; null if it was extracted by an earlier version. */
    is_markdown: integer({ mode: 'boolean' }),
    token_count: integer(),
    /** Chunks of the latest attempt, once they are known. */
    chunk_count: integer(),
    ...embeddingUsage,
    created_by: text(),
    /** Actor of the latest change of the content. */
    changed_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    ready_at: integer(),
    deleted_at: integer(),
  },
  (table) => [
    index('files_base').on(table.workspace_id, table.base_id, table.id),
    index('files_sha256').on(table.base_id, table.sha256),
    /** Files with an `external_id` may have equal content, since each is replaced separately. */
    uniqueIndex('files_content')
      .on(table.base_id, table.sha256)
      .where(sql`deleted_at is null and external_id is null`),
    uniqueIndex('files_external_id')
      .on(table.base_id, table.external_id)
      .where(sql`deleted_at is null and external_id is not null`),
  ],
);

/** Origin of the text of a chunk: extraction, or a caller who changed or added it. */
export const chunkOrigins = ['extracted', 'edited', 'added'] as const;

/**
 * An extracted chunk is `text.slice(start, end)` of the file; an edited one keeps its range, and an added one has an
 * empty range at the end. `seq` is its row in the keyword index.
 */
export const chunks = sqliteTable(
  'chunks',
  {
    seq: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    file_id: text()
      .notNull()
      .references(() => files.id),
    attempt: integer().notNull(),
    ordinal: integer().notNull(),
    text: text().notNull(),
    heading: text(),
    page: integer(),
    start: integer().notNull(),
    end: integer().notNull(),
    token_count: integer().notNull(),
    /** Left out of searches. */
    is_disabled: integer({ mode: 'boolean' }).notNull().default(false),
    origin: text({ enum: chunkOrigins }).notNull().default('extracted'),
    /** The chunk whose former text this is; null for a chunk itself. */
    former_of: text(),
    /** Revisions of the base from which, and before which, a search finds it; 0 for those of its file. */
    added_revision: integer().notNull().default(0),
    removed_revision: integer().notNull().default(0),
    /** Revisions at which it was disabled, enabled, disabled and so on, in order. */
    toggled_revisions: text({ mode: 'json' }).$type<readonly number[]>(),
    /** Its words and vector are in the scope of former content. */
    is_former: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    uniqueIndex('chunks_id').on(table.id),
    uniqueIndex('chunks_file').on(
      table.file_id,
      table.attempt,
      table.ordinal,
      table.removed_revision,
    ),
    index('chunks_removed')
      .on(table.base_id, table.removed_revision)
      .where(sql`removed_revision > 0`),
  ],
);
