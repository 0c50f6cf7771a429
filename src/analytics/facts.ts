import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

/** The columns of a fact that metrics and dimensions read. Every column is declared only here. */
type FactOf<Columns> = {
  readonly [Name in keyof Columns]: Columns[Name] extends SQL<infer Value> ? Value : never;
};

/** A model call counts at the time at which it was recorded. The columns of its run are null without a run. */
const callColumns = {
  id: sql<string>`u.id`,
  agent_id: sql<string | null>`u.agent_id`,
  version_id: sql<string | null>`u.version_id`,
  session_id: sql<string | null>`u.session_id`,
  api_key_id: sql<string | null>`u.api_key_id`,
  end_user_id: sql<string | null>`u.end_user_id`,
  provider: sql<string>`u.provider`,
  model: sql<string>`u.model`,
  operation: sql<string>`u.operation`,
  input_tokens: sql<number | null>`u.input_tokens`,
  cache_read_tokens: sql<number | null>`u.cache_read_tokens`,
  cache_write_tokens: sql<number | null>`u.cache_write_tokens`,
  output_tokens: sql<number | null>`u.output_tokens`,
  reasoning_tokens: sql<number | null>`u.reasoning_tokens`,
  is_estimated: sql<number>`u.is_estimated`,
  cost_nano_usd: sql<number | null>`u.cost_nano_usd`,
  latency_ms: sql<number>`u.latency_ms`,
  first_token_ms: sql<number | null>`u.first_token_ms`,
  status: sql<string>`u.status`,
  at: sql<number>`u.created_at`,
  is_preview: sql<number | null>`p.is_preview`,
  experiment_id: sql<string | null>`p.experiment_id`,
  variant_id: sql<string | null>`p.variant_id`,
};
export type CallFact = FactOf<typeof callColumns>;

/** A run counts at the time at which it ended. `uses` is a JSON array of `[capability, uses, failed, cost_nano_usd]`. */
const runColumns = {
  id: sql<string>`r.id`,
  agent_id: sql<string>`r.agent_id`,
  version_id: sql<string>`r.version_id`,
  session_id: sql<string | null>`r.session_id`,
  experiment_id: sql<string | null>`r.experiment_id`,
  variant_id: sql<string | null>`r.variant_id`,
  is_preview: sql<number>`r.is_preview`,
  status: sql<string>`iif(r.error_code = 'budget_exceeded', 'refused', r.status)`,
  confidence: sql<number | null>`r.confidence`,
  coverage: sql<string | null>`r.coverage`,
  first_token_ms: sql<number | null>`r.first_token_ms`,
  latency_ms: sql<number | null>`r.latency_ms`,
  created_by: sql<string | null>`r.created_by`,
  at: sql<number>`r.ended_at`,
  end_user_id: sql<string | null>`coalesce(s.end_user_id, c.end_user_id)`,
  is_first: sql<number>`r.session_id is not null and r.id = (select min(f.id) from runs f where f.workspace_id = r.workspace_id and f.session_id = r.session_id)`,
  messages: sql<number>`(select count(*) from messages m where m.run_id = r.id and m.session_id = r.session_id)
    + iif(c.run_id is null, 0, 1 + (c.answered_at is not null))`,
  answers: sql<number>`(select count(*) from messages m where m.run_id = r.id and m.session_id = r.session_id and m.role = 'assistant')
    + (c.answered_at is not null)`,
  uses: sql<string>`(select json_group_array(json_array(kind, uses, failed, cost)) from (
    select iif(t.type = 'tool', 'tool:' || t.name, t.type) as kind, count(*) as uses, count(t.error) as failed, sum(t.cost_nano_usd) as cost
    from run_steps t where t.run_id = r.id and t.type <> 'model' and t.parent_id is null group by kind))`,
};
export type RunFact = FactOf<typeof runColumns>;

/** A rating counts at the time at which it was first given. */
const ratingColumns = {
  id: sql<string>`f.id`,
  agent_id: sql<string>`f.agent_id`,
  version_id: sql<string>`f.version_id`,
  experiment_id: sql<string | null>`r.experiment_id`,
  variant_id: sql<string | null>`r.variant_id`,
  rating: sql<string>`f.rating`,
  at: sql<number>`f.created_at`,
};
export type RatingFact = FactOf<typeof ratingColumns>;

/** A score of a live answer counts at the time at which it was given. */
const scoreColumns = {
  id: sql<string>`o.id`,
  agent_id: sql<string>`o.agent_id`,
  version_id: sql<string>`o.version_id`,
  experiment_id: sql<string | null>`o.experiment_id`,
  variant_id: sql<string | null>`o.variant_id`,
  score: sql<number | null>`o.score`,
  passed: sql<number | null>`o.passed`,
  at: sql<number>`o.scored_at`,
};
export type ScoreFact = FactOf<typeof scoreColumns>;

/** The use of a capability by a run: retrieval, or one tool. */
export interface UseFact {
  readonly capability: string;
  readonly uses: number;
  readonly failed: number;
  readonly cost_nano_usd: number | null;
}

type StoredUse = readonly [
  capability: string,
  uses: number,
  failed: number,
  cost_nano_usd: number | null,
];

/** The uses of a run, one for each capability. */
export const usesOf = ({ uses }: Pick<RunFact, 'uses'>): UseFact[] =>
  (JSON.parse(uses) as StoredUse[]).map(([capability, count, failed, cost_nano_usd]) => ({
    ...{ capability, uses: count, failed, cost_nano_usd },
  }));

/** The kinds of facts from which metrics are read. */
export interface Facts {
  readonly call: CallFact;
  readonly run: RunFact;
  readonly use: UseFact;
  readonly rating: RatingFact;
  readonly score: ScoreFact;
}
export type FactKind = keyof Facts;

/** The facts of a workspace in a period; with `agents`, only those of the agents that this subquery returns. */
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

const listed = (columns: Readonly<Record<string, SQL>>): SQL =>
  sql.join(
    Object.entries(columns).map(([name, column]) => sql`${column} as ${sql.identifier(name)}`),
    sql`, `,
  );
const [callList, runList, ratingList, scoreList] = [
  callColumns,
  runColumns,
  ratingColumns,
  scoreColumns,
].map(listed);

/** Selects model calls in the order of their time. */
export const selectCalls = (db: Db, { workspace_id, agents, from, to, after, limit }: FactRange) =>
  db.all<CallFact>(sql`
    select ${callList} from usage u left join runs p on p.id = u.run_id
    where u.workspace_id = ${workspace_id} ${agents === null ? sql`` : sql`and u.agent_id in ${agents}`}
      and u.created_at >= ${from} and u.created_at < ${to}
      ${after == null ? sql`` : sql`and u.created_at >= ${after.at} and (u.created_at > ${after.at} or u.id > ${after.id})`}
    ${agents === null ? sql`order by u.created_at, u.id` : sql``} limit ${limit}`);

/** Selects runs agent by agent, which is the order of the index, then in the order of their end. */
export const selectRuns = (db: Db, { workspace_id, agents, from, to, after, limit }: FactRange) =>
  db.all<RunFact>(sql`
    select ${runList} from agents a
    cross join runs r on r.workspace_id = a.workspace_id and r.agent_id = a.id and r.ended_at >= ${from} and r.ended_at < ${to}
    left join sessions s on s.id = r.session_id
    left join run_contents c on c.run_id = r.id
    where a.workspace_id = ${workspace_id} ${agents === null ? sql`` : sql`and a.id in ${agents}`}
      ${after == null ? sql`` : sql`and a.id >= ${after.agent_id} and (a.id > ${after.agent_id} or r.ended_at > ${after.at} or (r.ended_at = ${after.at} and r.id > ${after.id}))`}
    order by a.id, r.ended_at, r.id limit ${limit}`);

/** Selects ratings agent by agent, then in the order in which they were given. */
export const selectRatings = (
  db: Db,
  { workspace_id, agents, from, to, after, limit }: FactRange,
) =>
  db.all<RatingFact>(sql`
    select ${ratingList} from agents a
    cross join feedback f on f.workspace_id = a.workspace_id and f.agent_id = a.id
      and f.created_at >= ${from} and f.created_at < ${to}
    left join runs r on r.id = f.run_id
    where a.workspace_id = ${workspace_id} ${agents === null ? sql`` : sql`and a.id in ${agents}`}
      ${after == null ? sql`` : sql`and a.id >= ${after.agent_id} and (a.id > ${after.agent_id} or f.created_at > ${after.at} or (f.created_at = ${after.at} and f.id > ${after.id}))`}
    order by a.id, f.created_at, f.id limit ${limit}`);

/** Selects scores of live answers agent by agent, then in the order in which they were given. */
export const selectScores = (db: Db, { workspace_id, agents, from, to, after, limit }: FactRange) =>
  db.all<ScoreFact>(sql`
    select ${scoreList} from agents a
    cross join answer_scores o on o.workspace_id = a.workspace_id and o.agent_id = a.id
      and o.scored_at >= ${from} and o.scored_at < ${to}
    where a.workspace_id = ${workspace_id} ${agents === null ? sql`` : sql`and a.id in ${agents}`}
      ${after == null ? sql`` : sql`and a.id >= ${after.agent_id} and (a.id > ${after.agent_id} or o.scored_at > ${after.at} or (o.scored_at = ${after.at} and o.id > ${after.id}))`}
    order by a.id, o.scored_at, o.id limit ${limit}`);
