import { and, asc, desc, eq, gt, gte, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { answer_scores, online_scorers } from '../../db/schema/online-scores.ts';
import { day } from '../../shared/time.ts';
import type { EndedRun, RunCursor } from '../ended-runs.ts';

export type OnlineScorerRow = typeof online_scorers.$inferSelect;
export type ScoreRow = typeof answer_scores.$inferSelect;

/** Maximum number of online scorers of an agent, and of answers that wait for one. */
export const maxScorers = 20;
const maxWaiting = 500;

const own = (workspace_id: string, id: string) =>
  and(
    eq(online_scorers.workspace_id, workspace_id),
    eq(online_scorers.id, id),
    isNull(online_scorers.deleted_at),
  );

/** Inserts a scorer. Violates the NOT NULL `online_scorers.name` when the agent has `maxScorers`. */
export const insertScorer = (db: Db, row: OnlineScorerRow) =>
  db.insert(online_scorers).values({
    ...row,
    name: sql`iif((select count(*) from online_scorers o where o.workspace_id = ${row.workspace_id} and o.agent_id = ${row.agent_id} and o.deleted_at is null) < ${maxScorers}, ${row.name}, null)`,
  });

export const selectScorer = (db: Db, workspace_id: string, id: string) =>
  db.select().from(online_scorers).where(own(workspace_id, id));

export const selectScorers = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(online_scorers)
    .where(
      and(
        eq(online_scorers.workspace_id, workspace_id),
        eq(online_scorers.agent_id, agent_id),
        isNull(online_scorers.deleted_at),
        after === null ? undefined : lt(online_scorers.id, after),
      ),
    )
    .orderBy(desc(online_scorers.id))
    .limit(limit);

/** Changes a scorer. Violates the NOT NULL `online_scorers.revision` when it has changed since `row` was read. */
export const changeScorer = (
  db: Db,
  row: OnlineScorerRow,
  { revision = row.revision, ...changes }: Partial<OnlineScorerRow>,
) =>
  db
    .update(online_scorers)
    .set({ ...changes, revision: sql`iif(revision = ${row.revision}, ${revision}, null)` })
    .where(own(row.workspace_id, row.id));

/** Enabled scorers of all workspaces, after an id. */
export const selectEnabled = (db: Db, after: string, limit: number) =>
  db
    .select()
    .from(online_scorers)
    .where(
      and(
        eq(online_scorers.enabled, true),
        isNull(online_scorers.deleted_at),
        gt(online_scorers.id, after),
      ),
    )
    .orderBy(asc(online_scorers.id))
    .limit(limit);

type Answer = EndedRun & { readonly score_id: string };

/** Adds answers that a scorer is to score, as far as there is room, and moves its cursor. Of concurrent ticks, one does. */
export function addAnswers(
  db: Db,
  { id, workspace_id, agent_id, read_until, read_run_id }: OnlineScorerRow,
  answers: readonly Answer[],
  to: RunCursor,
  now: number,
): Statement[] {
  const isOwn = sql`exists (select 1 from online_scorers o where o.id = ${id} and o.enabled = 1 and o.read_until = ${read_until} and o.read_run_id = ${read_run_id})`;
  const room = sql`max(0, ${maxWaiting} - (select count(*) from answer_scores w where w.scorer_id = ${id} and w.state = 'pending'))`;
  const field = (name: string) => sql.raw(`j.value ->> '${name}'`);
  return [
    db.run(
      sql`update online_scorers set skipped_count = skipped_count + max(0, ${answers.length} - ${room}) where id = ${id} and ${isOwn}`,
    ),
    db.run(sql`insert into answer_scores (id, workspace_id, agent_id, scorer_id, run_id, session_id, version_id, experiment_id, variant_id, state, created_at)
      select ${field('score_id')}, ${workspace_id}, ${agent_id}, ${id}, ${field('id')}, ${field('session_id')}, ${field('version_id')},
        ${field('experiment_id')}, ${field('variant_id')}, 'pending', cast(${now} as integer)
      from json_each(${JSON.stringify(answers)}) j where ${isOwn} limit ${room} on conflict do nothing`),
    db.run(
      sql`update online_scorers set read_until = ${to.read_until}, read_run_id = ${to.read_run_id} where id = ${id} and ${isOwn}`,
    ),
  ] as unknown as Statement[];
}

export const selectPending = (db: Db, scorer_id: string, limit: number) =>
  db
    .select()
    .from(answer_scores)
    .where(and(eq(answer_scores.scorer_id, scorer_id), eq(answer_scores.state, 'pending')))
    .orderBy(asc(answer_scores.id))
    .limit(limit);

/** The cost of a scorer today (UTC), and of its most expensive score. */
export const selectSpent = (db: Db, scorer_id: string, now: number) =>
  db.all<{ spent: number; highest: number }>(sql`
    select coalesce(sum(cost_nano_usd), 0) as spent, coalesce(max(cost_nano_usd), 0) as highest
    from answer_scores where scorer_id = ${scorer_id} and scored_at >= ${now - (now % day)}`);

export type ScoreChanges = Partial<Omit<ScoreRow, 'scored_at'>>;

/**
 * Stores a score, once. The database gives the time, so that scores are in the order in which they are stored, and experiments
 * count them by it (experiments/facts.ts).
 */
export const storeScore = (db: Db, id: string, changes: ScoreChanges): Statement =>
  db
    .update(answer_scores)
    .set({
      ...changes,
      ...(changes.state === undefined
        ? {}
        : { scored_at: sql`cast(unixepoch('subsec') * 1000 as integer)` }),
    })
    .where(and(eq(answer_scores.id, id), eq(answer_scores.state, 'pending')));

export const dropScore = (db: Db, id: string): Statement =>
  db.delete(answer_scores).where(and(eq(answer_scores.id, id), eq(answer_scores.state, 'pending')));

/** Leaves out the answers that wait for a scorer. */
export const skipPending = (db: Db, scorer_id: string): Statement[] =>
  [
    db.run(
      sql`update online_scorers set skipped_count = skipped_count + (select count(*) from answer_scores w where w.scorer_id = ${scorer_id} and w.state = 'pending') where id = ${scorer_id}`,
    ),
    db
      .delete(answer_scores)
      .where(and(eq(answer_scores.scorer_id, scorer_id), eq(answer_scores.state, 'pending'))),
  ] as unknown as Statement[];

interface ScoreFilter {
  readonly scorer?: string | undefined;
  readonly version_id?: string | undefined;
  readonly state?: ScoreRow['state'] | undefined;
  readonly passed?: boolean | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Scores of an agent, newest first. */
export const selectScores = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  { scorer, version_id, state, passed, from, to }: ScoreFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(answer_scores)
    .where(
      and(
        eq(answer_scores.workspace_id, workspace_id),
        eq(answer_scores.agent_id, agent_id),
        scorer === undefined ? undefined : eq(answer_scores.scorer_id, scorer),
        version_id === undefined ? undefined : eq(answer_scores.version_id, version_id),
        state === undefined ? undefined : eq(answer_scores.state, state),
        passed === undefined ? undefined : eq(answer_scores.passed, passed),
        from === undefined ? undefined : gte(answer_scores.created_at, from),
        to === undefined ? undefined : lt(answer_scores.created_at, to),
        after === null ? undefined : lt(answer_scores.id, after),
      ),
    )
    .orderBy(desc(answer_scores.id))
    .limit(limit);

/** Removes some scores of deleted scorers, then scorers without scores. */
export const deleteSome = (db: Db, limit: number) =>
  [
    db.run(sql`delete from answer_scores where rowid in (
      select a.rowid from online_scorers o join answer_scores a on a.scorer_id = o.id where o.deleted_at is not null limit ${limit})`),
    db.run(
      sql`delete from online_scorers where deleted_at is not null and not exists (select 1 from answer_scores a where a.scorer_id = online_scorers.id)`,
    ),
  ] as const;
