import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What a workspace may hold a limited number of, by the names of the API. */
export const quotaNames = [
  'files',
  'bytes',
  'chunks',
  'agents',
  'sessions',
  'tools',
  'keys',
  'knowledge_bases',
] as const;
export type QuotaName = (typeof quotaNames)[number];

/**
 * What a workspace holds of each resource. Triggers on the counted tables write `used`, in the statement
 * that changes it, and refuse what would pass the limit. `keys` expire by themselves: they are counted when one is made.
 */
export const quotas = sqliteTable(
  'quotas',
  {
    workspace_id: text().notNull(),
    resource: text({ enum: quotaNames }).notNull(),
    used: integer().notNull().default(0),
    /** null for the limit of the deployment. */
    max: integer(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.resource] })],
);

/** Limits of the deployment, written from its variables where they have changed; null is unlimited. */
export const quota_defaults = sqliteTable('quota_defaults', {
  resource: text({ enum: quotaNames }).primaryKey(),
  max: integer(),
});
