import { and, desc, eq, getTableColumns, gte, isNotNull, lt, lte, sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db } from '../../db/client.ts';
import { type Coverage, type RunStatus, run_contents, runs } from '../../db/schema/runs.ts';
import { sessions } from '../../db/schema/sessions.ts';
import type { NanoUsd } from '../../shared/money.ts';
import { namedAgent } from './named-agent.ts';

export interface RunFilter {
  /** Id or slug; null for all agents. */
  readonly agent: string | null;
  /** Ids of the agents that the caller may see; null for all. */
  readonly only: readonly string[] | null;
  /** The key whose sessions and one-off runs the caller is limited to. */
  readonly created_by?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly version?: string | undefined;
  readonly experiment?: string | undefined;
  readonly variant?: string | undefined;
  readonly session?: string | undefined;
  readonly end_user_id?: string | undefined;
  readonly finish_reason?: string | undefined;
  readonly coverage?: Coverage | undefined;
  /** An error code; `any` for all runs with one. */
  readonly error?: string | undefined;
  readonly min_cost?: NanoUsd | undefined;
  readonly max_cost?: NanoUsd | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The end user and the creator of a run: those of its session, or its own. */
const endUserId = sql<
  string | null
>`coalesce(${sessions.end_user_id}, ${run_contents.end_user_id})`;
const creator = sql`iif(${runs.session_id} is null, ${runs.created_by}, ${sessions.created_by})`;

/** Runs, newest first; `after` is the id of the last one of the page before. */
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
      end_user_id: endUserId.as('end_user_id'),
    })
    .from(runs)
    .leftJoin(sessions, eq(sessions.id, runs.session_id))
    .leftJoin(run_contents, eq(run_contents.run_id, runs.id))
    .where(
      and(
        eq(runs.workspace_id, workspace_id),
        filter.agent === null
          ? undefined
          : sql`${runs.agent_id} = ${namedAgent(workspace_id, filter.agent)}`,
        filter.only === null
          ? undefined
          : sql`${runs.agent_id} in (select value from json_each(${JSON.stringify(filter.only)}))`,
        filter.created_by === undefined ? undefined : sql`${creator} = ${filter.created_by}`,
        filter.status === undefined ? undefined : eq(runs.status, filter.status),
        filter.version === undefined
          ? undefined
          : sql`${runs.version_id} = ${chooseVersion(sql`${runs.agent_id}`, filter.version)}`,
        filter.experiment === undefined ? undefined : eq(runs.experiment_id, filter.experiment),
        filter.variant === undefined ? undefined : eq(runs.variant_id, filter.variant),
        filter.session === undefined ? undefined : eq(runs.session_id, filter.session),
        filter.end_user_id === undefined ? undefined : sql`${endUserId} = ${filter.end_user_id}`,
        filter.finish_reason === undefined
          ? undefined
          : eq(runs.finish_reason, filter.finish_reason),
        filter.coverage === undefined ? undefined : eq(runs.coverage, filter.coverage),
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
