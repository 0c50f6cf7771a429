import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const uploadStatuses = ['uploaded', 'processed', 'error'] as const;

/**
 * Files of `/v1/files`. The original and its extracted text are in the file store, under the id.
 */
export const uploads = sqliteTable(
  'uploads',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    purpose: text().notNull(),
    name: text().notNull(),
    kind: text({ enum: ['document', 'image'] }).notNull(),
    media_type: text().notNull(),
    byte_size: integer().notNull(),
    sha256: text().notNull(),
    /**
     * `uploaded` until its text is extracted, at the latest by the first request that sends it to a
     * model.
     */
    status: text({ enum: uploadStatuses }).notNull(),
    error_detail: text(),
    page_count: integer(),
    /** Estimated for the extracted text. */
    token_count: integer(),
    expires_at: integer(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    index('uploads_workspace').on(table.workspace_id, table.id),
    index('uploads_created').on(table.workspace_id, table.created_at),
    index('uploads_due').on(table.expires_at).where(sql`expires_at is not null`),
  ],
);

/**
 * Conversations of `/v1/conversations`. The session with the same suffix is created by the first
 * response.
 */
export const conversations = sqliteTable(
  'conversations',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, string>>(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [index('conversations_created').on(table.workspace_id, table.created_at)],
);

/**
 * Items that were added to a conversation and not yet read by a response; the next response takes
 * them.
 */
export const conversation_items = sqliteTable(
  'conversation_items',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    conversation_id: text()
      .notNull()
      .references(() => conversations.id),
    position: integer().notNull(),
    /** An input item of the Responses API, unchanged. */
    item: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    created_at: integer().notNull(),
  },
  (table) => [index('conversation_items_conversation').on(table.conversation_id, table.position)],
);
