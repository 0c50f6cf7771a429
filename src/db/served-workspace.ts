import { type AnyColumn, type SQL, sql } from 'drizzle-orm';

/**
 * True for rows of a workspace that is neither suspended nor deleted: what a link without a credential may reach, and
 * what a task repeats by new jobs.
 */
export const isOfServedWorkspace = (workspace_id: AnyColumn | SQL): SQL =>
  sql`exists (select 1 from workspaces w where w.id = ${workspace_id} and w.suspended_at is null and w.deleted_at is null)`;
