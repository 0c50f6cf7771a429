import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { evaluation_results } from '../../db/schema/evaluations.ts';
import { second } from '../../shared/time.ts';
import type { ResultRow } from './result-store.ts';
import type { EvaluationRow } from './store.ts';

/** Time after which a task whose worker has died may be claimed again. */
export const leaseFor = 60 * second;

/** Tasks of one workspace that run at the same time, in all of its evaluations. */
const maxRunning = 20;

/**
 * Claims the next available task, if the limits on tasks at a time allow another, and sets aside what it may cost: one and a half
 * times the highest cost so far, and none when less than that cost is left. The first task runs alone and may cost all that is left.
 * A task that had started keeps its run; others get `run_id`.
 */
export async function claimTask(
  db: Db,
  { id, workspace_id, concurrency }: EvaluationRow,
  run_id: string,
  now: number,
): Promise<ResultRow | undefined> {
  const [row] = await db.all<{ key: string }>(sql`
    with busy as (
      select count(*) as n, coalesce(sum(held_nano_usd), 0) as held from evaluation_results
      where evaluation_id = ${id} and state = 'running' and available_at > ${now}),
    room as (
      select e.max_cost_nano_usd as most, max(0, e.max_cost_nano_usd - e.spent_nano_usd - busy.held) as rest, busy.n as n,
        iif(e.done_count = 0, null, e.highest_nano_usd) as typical
      from evaluations e, busy where e.id = ${id} and e.status = 'running' and e.deleted_at is null)
    update evaluation_results set state = 'running', claims = claims + 1, available_at = ${now + leaseFor},
      run_id = coalesce(run_id, ${run_id}),
      held_nano_usd = (select iif(most is null, null, min(rest, coalesce(typical * 3 / 2, rest))) from room)
    where rowid = (select t.rowid from evaluation_results t where t.evaluation_id = ${id} and t.state <> 'done' and t.available_at <= ${now}
        order by t.available_at, t.rowid limit 1)
      and exists (select 1 from room where n < ${concurrency} and (most is null or typical <= rest or (typical is null and n = 0)))
      and (select count(*) from (select 1 from evaluation_results w where w.workspace_id = ${workspace_id} and w.state = 'running'
        and w.available_at > ${now} limit ${maxRunning})) < ${maxRunning}
    returning ordinal || ':' || target || ':' || repetition as key`);
  if (row === undefined) return undefined;
  const [ordinal, target, repetition] = row.key.split(':').map(Number.parseFloat);
  return db
    .select()
    .from(evaluation_results)
    .where(
      and(
        eq(evaluation_results.evaluation_id, id),
        eq(evaluation_results.ordinal, ordinal as number),
        eq(evaluation_results.target, target as number),
        eq(evaluation_results.repetition, repetition as number),
      ),
    )
    .get();
}

/** True for a task as it was claimed: another worker has not claimed it since. */
const isClaimed = ({ evaluation_id, ordinal, target, repetition, claims }: ResultRow) =>
  and(
    eq(evaluation_results.evaluation_id, evaluation_id),
    eq(evaluation_results.ordinal, ordinal),
    eq(evaluation_results.target, target),
    eq(evaluation_results.repetition, repetition),
    eq(evaluation_results.claims, claims),
    eq(evaluation_results.state, 'running'),
  );

export const updateClaimed = (db: Db, task: ResultRow, changes: Partial<ResultRow>) =>
  db.update(evaluation_results).set(changes).where(isClaimed(task));

/** What a task adds to the figures of its evaluation. */
export interface Spent {
  readonly done: 0 | 1;
  readonly spent_nano_usd: number;
  /** Raises the amount that is set aside for later tasks. */
  readonly highest_nano_usd: number;
  readonly has_unknown_cost: boolean;
}

/** Adds to the figures of an evaluation while the task is claimed. Must precede `updateClaimed` in the batch. */
export const addSpent = (db: Db, task: ResultRow, spent: Spent, now: number) =>
  db.run(sql`
    update evaluations set done_count = done_count + ${spent.done}, spent_nano_usd = spent_nano_usd + ${spent.spent_nano_usd},
      highest_nano_usd = max(highest_nano_usd, ${spent.highest_nano_usd}), has_unknown_cost = max(has_unknown_cost, ${Number(spent.has_unknown_cost)}),
      updated_at = ${now}
    where id = ${task.evaluation_id} and exists (select 1 from evaluation_results where ${isClaimed(task)})`);

/** Renews the leases of tasks. */
export const renewLeases = (
  db: Db,
  evaluation_id: string,
  tasks: readonly ResultRow[],
  until: number,
) =>
  db.run(sql`
    update evaluation_results set available_at = ${until} where evaluation_id = ${evaluation_id} and state = 'running'
      and exists (select 1 from json_each(${JSON.stringify(tasks.map(({ run_id, claims }) => ({ run_id, claims })))}) t
        where t.value ->> 'run_id' = run_id and t.value ->> 'claims' = claims)`);
