import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import type { lateFactKinds } from '../db/schema/experiments.ts';
import type { ExperimentRow } from './store.ts';

/** The position of a fact in the order in which facts are counted. */
export type Position = readonly [at: number, id: string];

interface Next {
  readonly after: Position;
  readonly until: number;
}

/** The next facts of one kind, among which those of other callers are not counted; `late` for those stored late. */
export interface FactRange {
  readonly experiment: ExperimentRow;
  readonly from: Next | 'late';
  readonly limit: number;
}

interface Fact {
  readonly id: string;
  readonly at: number;
  /** Null for a fact that the experiment does not count. */
  readonly subject: number | null;
}

/** What a run adds to the sums of its subject, by the names of the sums (metrics.ts). */
const runSums = {
  runs: sql`1`,
  // A refusal for lack of budget is no fault of the version.
  failed: sql`(r.status = 'interrupted' or (r.status = 'failed' and r.error_code is not 'budget_exceeded'))`,
  cost: sql`coalesce(r.cost_nano_usd, 0)`,
  priced: sql`(r.cost_nano_usd is not null)`,
  confidence: sql`coalesce(r.confidence, 0)`,
  rated_confidence: sql`(r.confidence is not null)`,
  coverage: sql`case r.coverage when 'full' then 1 when 'partial' then 0.5 else 0 end`,
  rated_coverage: sql`(r.coverage is not null)`,
} as const;
export type RunSums = { readonly [Name in keyof typeof runSums]: number };

/** The score of a rating from 0 to 1, and whether it is a good one. */
const score = sql`case f.rating when 'up' then 1.0 when 'down' then 0.0 else (f.rating - 1) / 4.0 end`;
export const goodScore = 0.75;

const listed = (columns: Readonly<Record<string, SQL>>, form = (column: SQL) => column): SQL =>
  sql.join(
    Object.entries(columns).map(
      ([name, column]) => sql`${form(column)} as ${sql.identifier(name)}`,
    ),
    sql`, `,
  );

export interface RunFact extends Fact, RunSums {
  /** 1 for the first run of its session that is counted. */
  readonly sessions: number;
  readonly latency: number | null;
  readonly first_token: number | null;
  readonly end_user_id: string | null;
}

/** Late facts that a page counts, by kind. */
const latePage = ({ id }: ExperimentRow, limit: number): SQL =>
  sql`select l.id, l.kind, l.subject, l.score from experiment_late_facts l where l.experiment_id = ${id}
    order by l.experiment_id, l.id, l.kind limit ${limit}`;

export interface LateFact {
  readonly id: string;
  readonly kind: (typeof lateFactKinds)[number];
  readonly subject: number | null;
  readonly score: number | null;
}

export const selectLateFacts = (db: Db, experiment: ExperimentRow, limit: number) =>
  db.all<LateFact>(latePage(experiment, limit));

/** Restricts facts to the range; `kind` is that of late ones. */
function inRange(
  { experiment, from, limit }: FactRange,
  kind: LateFact['kind'],
  table: SQL,
  time: SQL,
): SQL {
  const id = sql`${table}.id`;
  const { workspace_id, agent_id } = experiment;
  // The unary plus keeps SQLite from reading all facts of the agent.
  if (from === 'late')
    return sql`+${table}.workspace_id = ${workspace_id} and +${table}.agent_id = ${agent_id}
      and ${id} in (select id from (${latePage(experiment, limit)}) where kind = ${kind})`;
  return sql`${table}.workspace_id = ${workspace_id} and ${table}.agent_id = ${agent_id} and ${isNext(from, time, id)}`;
}

const isNext = ({ after: [at, last], until }: Next, time: SQL, id: SQL): SQL =>
  sql`${time} >= ${at} and ${time} <= ${until} and (${time} > ${at} or ${id} > ${last})`;

/** Selects runs in the order in which they ended. */
export const selectRunFacts = (db: Db, range: FactRange) => {
  const { id } = range.experiment;
  return db.all<RunFact>(sql`
    select r.id, r.ended_at as at, iif(r.experiment_id = ${id}, r.subject, null) as subject, ${listed(runSums)},
      iif(r.status = 'completed', r.latency_ms, null) as latency,
      iif(r.status = 'completed', r.first_token_ms, null) as first_token,
      coalesce(s.end_user_id, c.end_user_id) as end_user_id,
      (r.session_id is null or not exists (select 1 from runs p where p.workspace_id = r.workspace_id
        and p.session_id = r.session_id and p.experiment_id = r.experiment_id and p.subject is not null
        and (p.ended_at < r.ended_at or (p.ended_at = r.ended_at and p.id < r.id)))) as sessions
    from runs r left join sessions s on s.id = r.session_id left join run_contents c on c.run_id = r.id
    where ${inRange(range, 'run', sql`r`, sql`r.ended_at`)}
    order by r.ended_at, r.id limit ${range.limit}`);
};

export interface RatingFact extends Fact {
  readonly score: number;
  /** The score with which it has been counted before. */
  readonly counted_score: number | null;
}

/** Selects ratings in the order in which they were last changed. */
export const selectRatingFacts = (db: Db, range: FactRange) => {
  const { id } = range.experiment;
  return db.all<RatingFact>(sql`
    select f.id, f.updated_at as at, iif(r.experiment_id = ${id}, r.subject, null) as subject,
      ${score} as score, f.counted_score
    from feedback f left join runs r on r.id = f.run_id
    where ${inRange(range, 'rating', sql`f`, sql`f.updated_at`)}
    order by f.updated_at, f.id limit ${range.limit}`);
};

export interface EventFact extends Fact {
  readonly name: string;
  readonly value: number;
  /** 1 for the first event with this name in its session. */
  readonly is_first: number;
}

/** Selects events of sessions in the order of their time; those count of which the session has a counted run. */
export const selectEventFacts = (db: Db, range: FactRange) => {
  const { id } = range.experiment;
  return db.all<EventFact>(sql`
    select v.id, v.created_at as at, v.name, v.value,
      (select r.subject from runs r where r.workspace_id = v.workspace_id and r.session_id = v.session_id
        and r.experiment_id = ${id} and r.subject is not null and r.created_at <= v.created_at limit 1) as subject,
      not exists (select 1 from session_events p where p.session_id = v.session_id and p.name = v.name
        and (p.created_at < v.created_at or (p.created_at = v.created_at and p.id < v.id))) as is_first
    from session_events v
    where ${inRange(range, 'event', sql`v`, sql`v.created_at`)}
    order by v.created_at, v.id limit ${range.limit}`);
};

export interface ScoreFact extends Fact {
  readonly passed: number;
}

/**
 * Selects what an online scorer has scored, in the order of the time that the database gave it. None is stored late, or
 * changes.
 */
export const selectScoreFacts = (
  db: Db,
  { experiment, from, limit }: FactRange & { readonly from: Next },
  scorer_id: string | null,
) =>
  // The unary plus keeps SQLite from reading the scores of other scorers.
  db.all<ScoreFact>(sql`
    select a.id, a.scored_at as at, iif(a.state = 'scored' and r.experiment_id = ${experiment.id}, r.subject, null) as subject, a.passed
    from answer_scores a left join runs r on r.id = a.run_id
    where a.scorer_id = ${scorer_id ?? ''} and +a.workspace_id = ${experiment.workspace_id} and ${isNext(from, sql`a.scored_at`, sql`a.id`)}
    order by a.scored_at, a.id limit ${limit}`);

/** A subject whose behaviour before its exposure is read. */
export interface Newcomer {
  readonly subject: number;
  readonly end_user_id: string;
  readonly exposed_at: number;
}

/** Days before the exposure, and the newest sessions and runs in them, from which prior behaviour is read. */
const priorDays = 28;
const priorSessions = 20;
const priorRuns = 50;

/** The sessions of newcomers before their exposure. */
const sessionsBefore = (
  { workspace_id, agent_id }: ExperimentRow,
  newcomers: readonly Newcomer[],
): SQL =>
  sql`json_each(${JSON.stringify(newcomers.map(({ subject, end_user_id, exposed_at }) => [subject, end_user_id, exposed_at]))}) n
    cross join sessions s on s.id in (select o.id from sessions o where o.workspace_id = ${workspace_id} and o.agent_id = ${agent_id}
      and o.end_user_id = n.value ->> 1 and +o.created_at < n.value ->> 2
      and +o.created_at >= n.value ->> 2 - ${priorDays} * 86400000 order by o.id desc limit ${priorSessions})`;

/** Selects the sums of earlier runs, ratings, scores and events of newcomers; each statement gives one row for a subject at most. */
export const selectPrior = (
  db: Db,
  experiment: ExperimentRow,
  newcomers: readonly Newcomer[],
  events: readonly string[],
  scorer_id: string | null,
) => {
  const sessions = sessionsBefore(experiment, newcomers);
  return [
    db.all<RunSums & { subject: number; sessions: number }>(sql`
      select n.value ->> 0 as subject, count(distinct r.session_id) as sessions, ${listed(runSums, (sum) => sql`sum(${sum})`)}
      from ${sessions} cross join runs r on r.id in (select o.id from runs o where o.workspace_id = s.workspace_id and o.session_id = s.id
        and o.ended_at is not null and o.is_preview = 0 and o.created_at < n.value ->> 2 order by o.id desc limit ${priorRuns})
      group by n.key`),
    db.all<{ subject: number; score: number; good: number; ratings: number }>(sql`
      select n.value ->> 0 as subject, sum(${score}) as score, sum(${score} >= ${goodScore}) as good, count(*) as ratings
      from ${sessions} cross join feedback f on f.session_id = s.id and f.created_at < n.value ->> 2 group by n.key`),
    db.all<{ subject: number; passed: number; scored: number }>(sql`
      select n.value ->> 0 as subject, sum(a.passed) as passed, count(*) as scored
      from ${sessions} cross join answer_scores a on a.session_id = s.id and +a.scorer_id = ${scorer_id ?? ''}
        and a.state = 'scored' and +a.scored_at < n.value ->> 2 where ${scorer_id ?? ''} <> '' group by n.key`),
    db.all<{ subject: number; name: string; value: number; sessions: number }>(sql`
      select n.value ->> 0 as subject, v.name, sum(v.value) as value, count(distinct v.session_id) as sessions
      from ${sessions} cross join session_events v on v.session_id = s.id and v.created_at < n.value ->> 2
        and v.name in (select value from json_each(${JSON.stringify(events)})) group by n.key, v.name`),
  ] as const;
};
