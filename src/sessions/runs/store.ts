import { and, desc, eq, getTableColumns, gte, isNotNull, lt, lte, sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db } from '../../db/client.ts';
import { type RunStatus, runs, sessions } from '../../db/schema/sessions.ts';
import type { NanoUsd } from '../../shared/money.ts';
import { namedAgent } from '../turn/named-version.ts';

export interface RunFilter {
  /** Id or slug; null for all. */
  readonly agent: string | null;
  /** The agents that may be seen; null for all. */
  readonly only: readonly string[] | null;
  /** The key whose sessions alone may be seen. */
  readonly created_by?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly version?: string | undefined;
  readonly session?: string | undefined;
  readonly end_user_id?: string | undefined;
  readonly finish_reason?: string | undefined;
  /** A code; `any` for all. */
  readonly error?: string | undefined;
  readonly min_cost?: NanoUsd | undefined;
  readonly max_cost?: NanoUsd | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Newest first; `after` is the id of the last one seen. */
export const selectRuns = (
  db: Db,
  workspace_id: string,
  filter: RunFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select({
      ...getTableColumns(runs),
      end_user_id: sql<string | null>`${sessions.end_user_id}`.as('end_user_id'),
    })
    .from(runs)
    .leftJoin(sessions, eq(sessions.id, runs.session_id))
    .where(
      and(
        eq(runs.workspace_id, workspace_id),
        filter.agent === null
          ? undefined
          : sql`${runs.agent_id} = ${namedAgent(workspace_id, filter.agent)}`,
        filter.only === null
          ? undefined
          : sql`${runs.agent_id} in (select value from json_each(${JSON.stringify(filter.only)}))`,
        filter.created_by === undefined ? undefined : eq(sessions.created_by, filter.created_by),
        filter.status === undefined ? undefined : eq(runs.status, filter.status),
        filter.version === undefined
          ? undefined
          : sql`${runs.version_id} = ${chooseVersion(sql`${runs.agent_id}`, filter.version)}`,
        filter.session === undefined ? undefined : eq(runs.session_id, filter.session),
        filter.end_user_id === undefined ? undefined : eq(sessions.end_user_id, filter.end_user_id),
        filter.finish_reason === undefined
          ? undefined
          : eq(runs.finish_reason, filter.finish_reason),
        hasError(filter),
        filter.min_cost === undefined ? undefined : gte(runs.cost_nano_usd, filter.min_cost),
        filter.max_cost === undefined ? undefined : lte(runs.cost_nano_usd, filter.max_cost),
        filter.from === undefined ? undefined : gte(runs.created_at, filter.from),
        filter.to === undefined ? undefined : lt(runs.created_at, filter.to),
        after === null ? undefined : lt(runs.id, after),
      ),
    )
    .orderBy(desc(runs.id))
    .limit(limit);

const hasError = ({ error }: RunFilter) =>
  error === undefined
    ? undefined
    : error === 'any'
      ? isNotNull(runs.error_code)
      : eq(runs.error_code, error);
