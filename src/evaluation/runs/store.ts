import { and, desc, eq, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import { evaluations } from '../../db/schema/evaluations.ts';

export type EvaluationRow = typeof evaluations.$inferSelect;

const own = (workspace_id: string, id: string) =>
  and(
    eq(evaluations.workspace_id, workspace_id),
    eq(evaluations.id, id),
    isNull(evaluations.deleted_at),
  );

export const selectEvaluation = (db: Db, workspace_id: string, id: string) =>
  db.select().from(evaluations).where(own(workspace_id, id));

/** Selects evaluations, newest first; of `only` these agents if given. */
export const selectEvaluations = (
  db: Db,
  workspace_id: string,
  filter: {
    readonly agent?: string | undefined;
    readonly dataset?: string | undefined;
    readonly status?: EvaluationRow['status'] | undefined;
    readonly only: readonly string[] | null;
  },
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(evaluations)
    .where(
      and(
        eq(evaluations.workspace_id, workspace_id),
        isNull(evaluations.deleted_at),
        filter.agent === undefined ? undefined : eq(evaluations.agent_id, filter.agent),
        filter.dataset === undefined ? undefined : eq(evaluations.dataset_id, filter.dataset),
        filter.status === undefined ? undefined : eq(evaluations.status, filter.status),
        filter.only === null ? undefined : sql`${evaluations.agent_id} in ${valuesOf(filter.only)}`,
        after === null ? undefined : lt(evaluations.id, after),
      ),
    )
    .orderBy(desc(evaluations.id))
    .limit(limit);

/** The cases of an evaluation. */
export interface CaseSelection {
  readonly workspace_id: string;
  readonly dataset_id: string;
  readonly revision: number;
  readonly tags: readonly string[] | null;
  readonly sample: number | null;
}

/** Selects id and tags of the cases. A sample is drawn by digest, so that equal datasets give equal samples. */
const selectedCases = ({ workspace_id, dataset_id, revision, tags, sample }: CaseSelection): SQL =>
  sql`select c.id, coalesce(json_extract(c.content, '$.tags'), '[]') as tags from dataset_cases c
    where c.workspace_id = ${workspace_id} and c.dataset_id = ${dataset_id}
      and c.from_revision <= ${revision} and (c.until_revision is null or c.until_revision > ${revision})
      and (${tags === null} or exists (select 1 from json_each(c.content, '$.tags') t where t.value in ${valuesOf(tags ?? [])}))
    order by c.digest limit ${sample ?? -1}`;

export const countCases = (db: Db, selection: CaseSelection) =>
  db.all<{ n: number }>(sql`select count(*) as n from (${selectedCases(selection)})`);

export const insertEvaluation = (db: Db, row: EvaluationRow) => db.insert(evaluations).values(row);

/** Inserts the tasks of an evaluation, case by case. */
export const insertTasks = (
  db: Db,
  { id, repetitions, targets }: EvaluationRow,
  selection: CaseSelection,
) =>
  db.run(sql`
    insert into evaluation_results (evaluation_id, ordinal, target, repetition, workspace_id, case_id, tags)
    select ${id}, chosen.n, t.key, r.key, ${selection.workspace_id}, chosen.id, chosen.tags
    from (select s.id, s.tags, row_number() over (order by s.id) - 1 as n from (${selectedCases(selection)}) s) chosen
      cross join json_each(${JSON.stringify(Array.from({ length: repetitions }, () => 0))}) r
      cross join json_each(${JSON.stringify(targets.map(() => 0))}) t
    order by chosen.n, r.key, t.key`);

/** Changes an evaluation that has one of these states. Returns no row if it has not. */
export const updateEvaluation = (
  db: Db,
  { workspace_id, id }: Pick<EvaluationRow, 'workspace_id' | 'id'>,
  from: readonly EvaluationRow['status'][],
  changes: Partial<EvaluationRow>,
) =>
  db
    .update(evaluations)
    .set(changes)
    .where(and(own(workspace_id, id), sql`${evaluations.status} in ${valuesOf(from)}`))
    .returning({ id: evaluations.id });

/** Marks an evaluation deleted. Returns no row if it is already. */
export const markDeleted = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(evaluations)
    .set({ deleted_at: now, status: 'cancelled', updated_at: now })
    .where(own(workspace_id, id))
    .returning({ id: evaluations.id });

/** Deletes some results of deleted evaluations, and the evaluations of which none are left: for one batch. */
export const deleteSome = (db: Db, limit: number) =>
  [
    db.run(sql`delete from evaluation_results where rowid in (
      select r.rowid from evaluations e cross join evaluation_results r on r.evaluation_id = e.id where e.deleted_at is not null limit ${limit})`),
    db.run(sql`delete from evaluations where id in (select e.id from evaluations e where e.deleted_at is not null
      and not exists (select 1 from evaluation_results r where r.evaluation_id = e.id) limit ${limit})`),
  ] as const;
