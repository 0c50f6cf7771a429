import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Resources with a quota, by their names in the API. */
export const quotaNames = [
  'files',
  'bytes',
  'chunks',
  'agents',
  'sessions',
  'tools',
  'keys',
  'knowledge_bases',
  'schedules',
  'mcp_servers',
  'datasets',
  'dataset_cases',
  'evaluations',
] as const;
export type QuotaName = (typeof quotaNames)[number];

/**
 * Use of each resource by a workspace. Triggers on the counted tables write `used` in the statement
 * that changes it, and refuse changes past the limit. `keys` expire without a statement, so they
 * are counted on creation.
 */
export const quotas = sqliteTable(
  'quotas',
  {
    workspace_id: text().notNull(),
    resource: text({ enum: quotaNames }).notNull(),
    used: integer().notNull().default(0),
    /** Null for the limit of the deployment. */
    max: integer(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.resource] })],
);

/** Limits of the deployment, updated from its variables; null is unlimited. */
export const quota_defaults = sqliteTable('quota_defaults', {
  resource: text({ enum: quotaNames }).primaryKey(),
  max: integer(),
});
