import { sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const memoryOrigins = ['model', 'rule', 'api'] as const;

/** Facts that an agent knows about an end user. A trigger deletes a fact with the message it was taken from. */
export const memories = sqliteTable(
  'memories',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    end_user_id: text().notNull(),
    text: text().notNull(),
    /** From 0 to 1. */
    confidence: real().notNull(),
    origin: text({ enum: memoryOrigins }).notNull(),
    /** Null for a fact that was written with the API. */
    session_id: text(),
    message_id: text(),
    /** The fact that this one replaced. */
    supersedes: text(),
    /** Since when another fact replaces this one; null while it is used. */
    superseded_at: integer(),
    /** Whoever created the session, or wrote the fact. */
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('memories_text')
      .on(table.workspace_id, table.agent_id, table.end_user_id, table.text)
      .where(sql`superseded_at is null`),
    index('memories_end_user').on(table.workspace_id, table.end_user_id, table.id),
    index('memories_agent').on(table.workspace_id, table.agent_id),
    index('memories_message').on(table.message_id).where(sql`message_id is not null`),
  ],
);

/** How far the messages of a session were searched for facts. A trigger deletes the row with its session. */
export const memory_cursors = sqliteTable(
  'memory_cursors',
  {
    session_id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** The `seq` of the last message that was searched. */
    seq: integer().notNull(),
  },
  (table) => [index('memory_cursors_workspace').on(table.workspace_id)],
);
