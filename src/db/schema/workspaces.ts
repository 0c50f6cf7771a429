import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { SearchProviderId } from './web-search.ts';

export const roles = ['viewer', 'runtime', 'editor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Printed on invoices as they are. */
export interface BillingDetails {
  readonly name: string | null;
  readonly address: string | null;
  readonly tax_id: string | null;
  readonly email: string | null;
  readonly currency_note: string | null;
}

export const workspaces = sqliteTable(
  'workspaces',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    time_zone: text().notNull(),
    default_model: text().notNull(),
    /** A model for titles, summaries and suggestions; null for the built-in rules. */
    background_model: text(),
    retention_days: integer(),
    /** Days after which usage rows are archived; null keeps them. */
    usage_retention_days: integer(),
    /** Days after which audit entries are removed; null keeps them. */
    audit_retention_days: integer(),
    /** The billed company or person, as shown on invoices; null for the name of the workspace only. */
    billing: text({ mode: 'json' }).$type<BillingDetails>(),
    content_logging: integer({ mode: 'boolean' }).notNull(),
    /** The search providers to try, in this order; null for all in the default order. */
    search_providers: text({ mode: 'json' }).$type<SearchProviderId[]>(),
    /** Origins whose pages may use tokens of end users; null for any origin. */
    allowed_origins: text({ mode: 'json' }).$type<string[]>(),
    /** While it is set, no credential of the workspace is valid, its jobs wait and its model calls are refused. */
    suspended_at: integer(),
    /** Set once, never cleared: a job erases the workspace. */
    deleted_at: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('workspaces_retention').on(table.retention_days).where(sql`retention_days is not null`),
  ],
);

export const api_keys = sqliteTable(
  'api_keys',
  {
    id: text().primaryKey(),
    workspace_id: text()
      .notNull()
      .references(() => workspaces.id),
    name: text().notNull(),
    role: text({ enum: roles }).notNull(),
    /** SHA-256 of the whole key; the key itself is not stored. */
    hash: text().notNull(),
    last_four: text().notNull(),
    agent_ids: text({ mode: 'json' }).$type<string[]>(),
    expires_at: integer(),
    revoked_at: integer(),
    /** The key that replaced this one by rotation. */
    rotated_to: text(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('api_keys_hash').on(table.hash),
    index('api_keys_workspace').on(table.workspace_id, table.id),
    index('api_keys_valid')
      .on(table.workspace_id, table.expires_at)
      .where(sql`revoked_at is null and rotated_to is null`),
  ],
);
