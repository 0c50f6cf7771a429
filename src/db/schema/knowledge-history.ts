import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import type { DetectedFields, FileFields } from './knowledge.ts';

/** Kinds of changes of what searches find. */
export const revisionChanges = [
  'file_added',
  'file_replaced',
  'file_updated',
  'file_removed',
  'chunk_added',
  'chunk_updated',
  'chunk_removed',
] as const;

/** Changes of a base, one a revision. Triggers on `files` write those of files. */
export const knowledge_revisions = sqliteTable(
  'knowledge_revisions',
  {
    base_id: text().notNull(),
    revision: integer().notNull(),
    workspace_id: text().notNull(),
    change: text({ enum: revisionChanges }).notNull(),
    file_id: text().notNull(),
    chunk_id: text(),
    actor_id: text(),
    created_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.base_id, table.revision] })],
);

/**
 * Searchable contents of files, present and former: the chunks of `attempt`, found in the revisions from
 * `added_revision` and before `removed_revision`. Triggers on `files` write them. Deleting one makes the revisions
 * in which it was found unsearchable.
 */
export const file_contents = sqliteTable(
  'file_contents',
  {
    file_id: text().notNull(),
    added_revision: integer().notNull(),
    /** Null while it is searchable. */
    removed_revision: integer(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    attempt: integer().notNull(),
    name: text().notNull(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    fields: text({ mode: 'json' }).notNull().default({}).$type<FileFields>(),
    detected: text({ mode: 'json' }).notNull().default({}).$type<DetectedFields>(),
    chunk_count: integer().notNull(),
    page_count: integer(),
    char_count: integer(),
    is_markdown: integer({ mode: 'boolean' }),
    /** Id in the key of its original, and what describes that; null for content from before originals were kept. */
    original_id: text(),
    media_type: text(),
    byte_size: integer(),
    sha256: text(),
    /** Groups of the file when the content became former: readers need one of these as well. Null for no restriction. */
    groups: text({ mode: 'json' }).$type<string[]>(),
    /** The words and vectors of its chunks are in the scope of former content. */
    is_archived: integer({ mode: 'boolean' }).notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.file_id, table.attempt, table.added_revision] }),
    uniqueIndex('file_contents_present').on(table.file_id).where(sql`removed_revision is null`),
    index('file_contents_removed')
      .on(table.base_id, table.removed_revision)
      .where(sql`removed_revision is not null`),
    index('file_contents_unarchived')
      .on(table.file_id)
      .where(sql`removed_revision is not null and is_archived = 0`),
  ],
);

/**
 * Originals that a file has no longer: kept while a row of `file_contents` names them, and otherwise about to be
 * removed. Triggers on `files` write them.
 */
export const former_originals = sqliteTable(
  'former_originals',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    file_id: text().notNull(),
    byte_size: integer().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [index('former_originals_file').on(table.file_id)],
);
