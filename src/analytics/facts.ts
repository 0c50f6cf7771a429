import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { CallFact, RatingFact, RunFact } from './cube.ts';

/** Which facts: of a workspace, or of those of its agents that a subquery gives, in a stretch of time. */
export interface FactRange {
  readonly workspace_id: string;
  readonly agents: SQL | null;
  readonly from: number | SQL;
  readonly to: number;
  /** The last fact of the page before. */
  readonly after?: {
    readonly at: number;
    readonly id: string;
    readonly agent_id: string | null;
  } | null;
  readonly limit: number;
}

/** Model calls by when they were recorded. */
export const selectCalls = (db: Db, { workspace_id, agents, from, to, after, limit }: FactRange) =>
  db.all<CallFact>(sql`
    select u.id, u.agent_id, u.version_id, u.session_id, u.api_key_id, u.end_user_id, u.provider, u.model, u.operation,
      u.input_tokens, u.cache_read_tokens, u.cache_write_tokens, u.output_tokens, u.reasoning_tokens, u.is_estimated,
      u.cost_nano_usd, u.latency_ms, u.first_token_ms, u.status, u.created_at as at,
      (select p.is_preview from runs p where p.id = u.run_id) as is_preview
    from usage u
    where u.workspace_id = ${workspace_id} ${agents === null ? sql`` : sql`and u.agent_id in ${agents}`}
      and u.created_at >= ${from} and u.created_at < ${to}
      ${after == null ? sql`` : sql`and u.created_at >= ${after.at} and (u.created_at > ${after.at} or u.id > ${after.id})`}
    ${agents === null ? sql`order by u.created_at, u.id` : sql``} limit ${limit}`);

/** Runs by when they ended, an agent at a time: that is how the index has them. */
export const selectRuns = (db: Db, { workspace_id, agents, from, to, after, limit }: FactRange) =>
  db.all<RunFact>(sql`
    select r.id, r.agent_id, r.version_id, r.session_id, r.is_preview,
      iif(r.error_code = 'budget_exceeded', 'refused', r.status) as status, r.confidence, r.coverage, r.first_token_ms,
      r.latency_ms, r.created_by, r.ended_at as at, coalesce(s.end_user_id, c.end_user_id) as end_user_id,
      r.session_id is not null and r.id = (select min(f.id) from runs f where f.workspace_id = r.workspace_id and f.session_id = r.session_id) as is_first,
      (select count(*) from messages m where m.run_id = r.id and m.session_id = r.session_id)
        + iif(c.run_id is null, 0, 1 + (c.answered_at is not null)) as messages,
      (select count(*) from messages m where m.run_id = r.id and m.session_id = r.session_id and m.role = 'assistant')
        + (c.answered_at is not null) as answers,
      (select json_group_array(json_array(kind, uses, failed, cost)) from (
        select iif(t.type = 'tool', 'tool:' || t.name, t.type) as kind, count(*) as uses, count(t.error) as failed, sum(t.cost_nano_usd) as cost
        from run_steps t where t.run_id = r.id and t.type <> 'model' and t.parent_id is null group by kind)) as uses
    from agents a
    cross join runs r on r.workspace_id = a.workspace_id and r.agent_id = a.id and r.ended_at >= ${from} and r.ended_at < ${to}
    left join sessions s on s.id = r.session_id
    left join run_contents c on c.run_id = r.id
    where a.workspace_id = ${workspace_id} ${agents === null ? sql`` : sql`and a.id in ${agents}`}
      ${after == null ? sql`` : sql`and a.id >= ${after.agent_id} and (a.id > ${after.agent_id} or r.ended_at > ${after.at} or (r.ended_at = ${after.at} and r.id > ${after.id}))`}
    order by a.id, r.ended_at, r.id limit ${limit}`);

/** Ratings by when they were first given. */
export const selectRatings = (
  db: Db,
  { workspace_id, agents, from, to, after, limit }: FactRange,
) =>
  db.all<RatingFact>(sql`
    select f.id, f.agent_id, f.version_id, f.rating, f.created_at as at
    from agents a
    cross join feedback f on f.workspace_id = a.workspace_id and f.agent_id = a.id
      and f.created_at >= ${from} and f.created_at < ${to}
    where a.workspace_id = ${workspace_id} ${agents === null ? sql`` : sql`and a.id in ${agents}`}
      ${after == null ? sql`` : sql`and a.id >= ${after.agent_id} and (a.id > ${after.agent_id} or f.created_at > ${after.at} or (f.created_at = ${after.at} and f.id > ${after.id}))`}
    order by a.id, f.created_at, f.id limit ${limit}`);
