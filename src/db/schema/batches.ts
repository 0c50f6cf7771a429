import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { GivenFileFields } from './knowledge.ts';

export const batchStatuses = ['queued', 'in_progress', 'completed', 'failed', 'cancelled'] as const;
export type BatchStatus = (typeof batchStatuses)[number];

export const entryStates = [
  'pending',
  'stored',
  'duplicate',
  'skipped',
  'failed',
  'cancelled',
] as const;
export type EntryState = (typeof entryStates)[number];

export const batchTypes = ['archive', 'list'] as const;

/** Values that a caller gave for a file. */
export interface AboutFile {
  readonly fields?: GivenFileFields;
  readonly groups?: string[] | null;
}
export interface BatchDefaults extends AboutFile {
  readonly metadata?: Record<string, unknown>;
}

/** Many files that are added to a base by one request. Triggers delete its entries together with it, and it with its base. */
export const file_batches = sqliteTable(
  'file_batches',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    type: text({ enum: batchTypes }).notNull(),
    /** Format of the archive; null for a list. */
    archive_type: text({ enum: ['zip', 'tar'] }),
    /** Name of the uploaded file. */
    name: text(),
    /** Id in the key of the archive's object, which is deleted when the batch ends. */
    object_id: text(),
    byte_size: integer().notNull(),
    /** Values of its files that are not given others. */
    defaults: text({ mode: 'json' }).notNull().default({}).$type<BatchDefaults>(),
    status: text({ enum: batchStatuses }).notNull(),
    /** True once every entry has a row. */
    is_listed: integer({ mode: 'boolean' }).notNull(),
    /** Entries by state. */
    counts: text({ mode: 'json' }).notNull().$type<Partial<Record<EntryState, number>>>(),
    entry_count: integer().notNull(),
    /** Position in the archive from which the listing continues; at its end, the manifest is read. */
    position: integer().notNull(),
    /** Bytes that the entries so far have had after decompression. */
    read_bytes: integer().notNull(),
    error_code: text(),
    error_detail: text(),
    api_key_id: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    completed_at: integer(),
  },
  (table) => [
    index('file_batches_base').on(table.workspace_id, table.base_id, table.id),
    index('file_batches_of_base').on(table.base_id),
    index('file_batches_completed').on(table.completed_at),
  ],
);

/** Entries of a batch, numbered in the order in which they were given. */
export const batch_entries = sqliteTable(
  'batch_entries',
  {
    batch_id: text().notNull(),
    ordinal: integer().notNull(),
    workspace_id: text().notNull(),
    /** Path in the archive, address, or key. */
    path: text().notNull(),
    name: text(),
    external_id: text(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** `groups` is absent unless they are given. */
    about: text({ mode: 'json' }).notNull().default({}).$type<AboutFile>(),
    /** Where the content is: a place in the archive, an address, or a key of a bucket. */
    location: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    state: text({ enum: entryStates }).notNull(),
    tries: integer().notNull(),
    file_id: text(),
    error_code: text(),
    error_detail: text(),
    updated_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.batch_id, table.ordinal] }),
    index('batch_entries_state').on(table.batch_id, table.state, table.tries, table.ordinal),
    index('batch_entries_path').on(table.batch_id, table.path),
    index('batch_entries_workspace').on(table.workspace_id),
  ],
);
