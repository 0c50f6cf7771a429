import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { experiment_late_facts, experiment_totals, experiments } from '../db/schema/experiments.ts';
import type { LateFact, Position, RatingFact } from './facts.ts';
import type { ExperimentRow } from './store.ts';
import type { SubjectFigures } from './subject-figures.ts';
import type { Totals } from './totals.ts';

/** Positions up to which facts are counted: `experiments.cursor`. `pass` changes with each page, and so guards it. */
export interface CountCursor {
  readonly pass: number;
  readonly runs: Position;
  readonly ratings: Position;
  readonly events: Position;
  readonly scores: Position;
}

/** Selects running experiments that are not counted up to a time, those counted longest ago first, after a row of an earlier page. */
export const selectDue = (
  db: Db,
  until: number,
  after: { readonly counted_at: number; readonly id: string } | null,
  limit: number,
) =>
  db
    .select()
    .from(experiments)
    .where(
      and(
        sql`status = 'running'`,
        sql`counted_at < ${until}`,
        after === null
          ? undefined
          : sql`(counted_at > ${after.counted_at} or (counted_at = ${after.counted_at} and id > ${after.id}))`,
      ),
    )
    .orderBy(asc(experiments.counted_at), asc(experiments.id))
    .limit(limit);

export interface SubjectRow {
  readonly subject: number;
  readonly variant_id: string;
  readonly epoch: number;
  readonly exposed_at: number;
  readonly figures: SubjectFigures | null;
}

type Stored<Row> = {
  readonly [Key in keyof Row]: Key extends 'figures' ? string | null : Row[Key];
};

const subjectColumns = sql`x.subject, x.variant_id, x.epoch, x.exposed_at, x.figures`;

/** Selects exposures that have not been counted. */
export const selectExposures = (db: Db, experiment_id: string, limit: number) =>
  db.all<Stored<SubjectRow>>(sql`select ${subjectColumns} from experiment_subjects x
    where x.experiment_id = ${experiment_id} and x.figures is null limit ${limit}`);

export const selectSubjects = (db: Db, experiment_id: string, subjects: readonly number[]) =>
  db.all<
    Stored<SubjectRow>
  >(sql`select ${subjectColumns} from json_each(${JSON.stringify(subjects)}) j
    cross join experiment_subjects x on x.experiment_id = ${experiment_id} and x.subject = j.value`);

export const toSubject = (row: Stored<SubjectRow>): SubjectRow => ({
  ...row,
  figures: row.figures === null ? null : (JSON.parse(row.figures) as SubjectFigures),
});

/** The totals of a variant in an epoch. */
export interface Cell {
  readonly variant_id: string;
  readonly epoch: number;
  readonly subjects: number;
  readonly sums: Totals;
}

export const selectCells = (
  db: Db,
  experiment_id: string,
  cells: readonly Pick<Cell, 'variant_id' | 'epoch'>[],
) =>
  db.all<Omit<Cell, 'sums'> & { readonly sums: string }>(sql`
    select t.variant_id, t.epoch, t.subjects, t.sums from json_each(${JSON.stringify(cells)}) j
    cross join experiment_totals t on t.experiment_id = ${experiment_id}
      and t.variant_id = j.value ->> 'variant_id' and t.epoch = j.value ->> 'epoch'`);

/** A page of facts that have been read, to be counted once. */
export interface CountedPage {
  readonly experiment: ExperimentRow;
  readonly before: CountCursor;
  readonly cursor: CountCursor;
  readonly counted_at: number;
  readonly subjects: readonly (SubjectRow & { readonly figures: SubjectFigures })[];
  readonly cells: readonly Cell[];
  /** Ratings that change the totals, as they were read. */
  readonly ratings: readonly RatingFact[];
  readonly late: readonly LateFact[];
}

/** True while a list of ratings is as it was read: a change or deletion meanwhile would be lost. */
const areUnchanged = (ratings: readonly RatingFact[]): SQL =>
  sql`(select count(*) from json_each(${JSON.stringify(ratings.map(({ id, at }) => [id, at]))}) j
    cross join feedback f on f.id = j.value ->> 0 and f.updated_at = j.value ->> 1) = ${ratings.length}`;

/** Statements that count a page. The first violates `experiments.cursor` when another worker has counted it. */
export const countPage = (db: Db, page: CountedPage): Statement[] => {
  const { experiment, before, cursor, subjects, cells, ratings, late } = page;
  const { id, workspace_id } = experiment;
  const isBefore =
    before.pass === 0 ? sql`cursor ->> 'pass' is null` : sql`cursor ->> 'pass' = ${before.pass}`;
  const rows: Statement[] = [
    db
      .update(experiments)
      .set({
        cursor: sql`case when ${isBefore} and ended_at is null and ${areUnchanged(ratings)} then ${JSON.stringify(cursor)} end`,
        counted_at: page.counted_at,
      })
      .where(and(eq(experiments.workspace_id, workspace_id), eq(experiments.id, id))),
  ];
  if (subjects.length > 0)
    rows.push(
      db.run(sql`update experiment_subjects set figures = n.figures
        from (select x.rowid as place, j.value ->> 1 as figures
          from json_each(${JSON.stringify(subjects.map(({ subject, figures }) => [subject, figures]))}) j
          cross join experiment_subjects x on x.experiment_id = ${id} and x.subject = j.value ->> 0 limit -1) n
        where experiment_subjects.rowid = n.place`) as unknown as Statement,
    );
  if (cells.length > 0)
    rows.push(
      db.run(sql`insert or replace into ${experiment_totals} (experiment_id, variant_id, epoch, workspace_id, subjects, sums, updated_at)
        select ${id}, n.value ->> 'variant_id', n.value ->> 'epoch', ${workspace_id}, n.value ->> 'subjects', n.value ->> 'sums', cast(${page.counted_at} as integer)
        from json_each(${JSON.stringify(cells)}) n`) as unknown as Statement,
    );
  if (ratings.length > 0)
    rows.push(
      db.run(sql`update feedback set counted_score = n.score
        from (select x.rowid as place, j.value ->> 1 as score
          from json_each(${JSON.stringify(ratings.map((rating) => [rating.id, rating.score]))}) j
          cross join feedback x on x.id = j.value ->> 0 limit -1) n
        where feedback.rowid = n.place`) as unknown as Statement,
    );
  if (late.length > 0)
    rows.push(
      db.run(sql`delete from ${experiment_late_facts} where experiment_id = ${id} and (id, kind) in
        (select n.value ->> 0, n.value ->> 1 from json_each(${JSON.stringify(late.map((one) => [one.id, one.kind]))}) n)`) as unknown as Statement,
    );
  return rows;
};
