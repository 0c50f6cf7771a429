import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { effects } from './effects.ts';
import { workspaces } from './workspaces.ts';

export const tools = sqliteTable(
  'tools',
  {
    id: text().primaryKey(),
    workspace_id: text()
      .notNull()
      .references(() => workspaces.id),
    name: text().notNull(),
    /** The current revision; the ETag. */
    revision: integer().notNull(),
    deleted_at: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('tools_name').on(table.workspace_id, table.name).where(sql`deleted_at is null`),
    index('tools_workspace').on(table.workspace_id, table.id),
  ],
);

/** Immutable: a trigger refuses UPDATE. Agent versions pin a tool to a revision and so keep it. */
export const tool_revisions = sqliteTable(
  'tool_revisions',
  {
    workspace_id: text().notNull(),
    tool_id: text()
      .notNull()
      .references(() => tools.id),
    revision: integer().notNull(),
    name: text().notNull(),
    effect: text({ enum: effects }).notNull(),
    definition: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tool_id, table.revision] }),
    index('tool_revisions_workspace').on(table.workspace_id),
  ],
);

/**
 * One secret header for one origin; its value is in `secrets`. Revisions refer to it by id: a new
 * value replaces the old one in all of them, and another origin has a secret of its own.
 */
export const tool_secrets = sqliteTable(
  'tool_secrets',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    tool_id: text()
      .notNull()
      .references(() => tools.id),
    header: text().notNull(),
    origin: text().notNull(),
    last_four: text(),
    fingerprint: text().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('tool_secrets_place').on(table.tool_id, table.header, table.origin),
    index('tool_secrets_workspace').on(table.workspace_id),
  ],
);
