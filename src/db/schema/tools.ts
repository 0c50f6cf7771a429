import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
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

/** Immutable: a trigger refuses UPDATE. Agent versions name a tool at a revision and keep it alive. */
export const tool_revisions = sqliteTable(
  'tool_revisions',
  {
    workspace_id: text().notNull(),
    tool_id: text()
      .notNull()
      .references(() => tools.id),
    revision: integer().notNull(),
    name: text().notNull(),
    effect: text({ enum: ['read', 'write', 'destructive'] }).notNull(),
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
 * The secret value of one header for one origin, sealed (platform/vault.ts). Revisions name it by id: a
 * new value takes the place of the old one in all of them, another origin gets a secret of its own.
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
    value: text().notNull(),
    /** Version of the encryption key that `value` is sealed under. */
    key_version: integer().notNull(),
    last_four: text(),
    fingerprint: text().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('tool_secrets_place').on(table.tool_id, table.header, table.origin),
    index('tool_secrets_workspace').on(table.workspace_id),
    index('tool_secrets_key').on(table.key_version),
  ],
);
