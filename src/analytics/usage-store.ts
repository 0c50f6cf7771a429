import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { usage_archives } from '../db/schema/analytics.ts';
import { usage } from '../db/schema/usage.ts';

export type UsageRow = typeof usage.$inferSelect;

export interface UsageFilter {
  /** Id or slug of the agent. */
  readonly agent?: string | undefined;
  readonly version?: string | undefined;
  readonly experiment?: string | undefined;
  readonly variant?: string | undefined;
  readonly session?: string | undefined;
  readonly run?: string | undefined;
  readonly api_key?: string | undefined;
  readonly end_user_id?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly operation?: string | undefined;
  readonly status?: UsageRow['status'] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Ids of the agents that the caller may see; null for all. */
  readonly only: readonly string[] | null;
}

/** The position of the last row of a page. Rows are ordered by time, then id, newest first. */
export interface UsagePosition {
  readonly created_at: number;
  readonly id: string;
}

const equals = <Value extends string>(
  column: Parameters<typeof eq>[0],
  value: Value | undefined,
): SQL | undefined => (value === undefined ? undefined : sql`${column} = ${value}`);

export const selectUsage = (
  db: Db,
  workspace_id: string,
  filter: UsageFilter,
  after: UsagePosition | null,
  limit: number,
) =>
  db
    .select(getTableColumns(usage))
    .from(usage)
    .where(
      and(
        eq(usage.workspace_id, workspace_id),
        filter.agent === undefined
          ? undefined
          : sql`${usage.agent_id} = (select id from agents where workspace_id = ${workspace_id} and (id = ${filter.agent} or slug = ${filter.agent}))`,
        filter.only === null
          ? undefined
          : sql`${usage.agent_id} in (select value from json_each(${JSON.stringify(filter.only)}))`,
        equals(usage.version_id, filter.version),
        equals(usage.experiment_id, filter.experiment),
        equals(usage.variant_id, filter.variant),
        equals(usage.session_id, filter.session),
        equals(usage.run_id, filter.run),
        equals(usage.api_key_id, filter.api_key),
        equals(usage.end_user_id, filter.end_user_id),
        equals(usage.provider, filter.provider),
        // Names of models may have slashes of their own.
        filter.model === undefined
          ? undefined
          : sql`(${usage.model} = ${filter.model} or ${usage.provider} || '/' || ${usage.model} = ${filter.model})`,
        equals(usage.operation, filter.operation),
        equals(usage.status, filter.status),
        filter.from === undefined ? undefined : gte(usage.created_at, filter.from),
        filter.to === undefined ? undefined : lt(usage.created_at, filter.to),
        after === null
          ? undefined
          : sql`${usage.created_at} <= ${after.created_at} and (${usage.created_at} < ${after.created_at} or ${usage.id} < ${after.id})`,
      ),
    )
    .orderBy(desc(usage.created_at), desc(usage.id))
    .limit(limit);

export const selectArchives = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(usage_archives)
    .where(
      and(
        eq(usage_archives.workspace_id, workspace_id),
        after === null ? undefined : lt(usage_archives.id, after),
      ),
    )
    .orderBy(desc(usage_archives.id))
    .limit(limit);

export const selectArchive = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(usage_archives)
    .where(and(eq(usage_archives.workspace_id, workspace_id), eq(usage_archives.id, id)));
