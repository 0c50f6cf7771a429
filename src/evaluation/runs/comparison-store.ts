import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';

/** Characters of a question that are compared with others. */
const maxInputChars = 2000;

/** A case of an evaluation, without the long texts of its content. */
export interface CaseOfResult {
  readonly ordinal: number;
  readonly case_id: string;
  readonly tags: string;
  /** Ids of the files that its answers cited. */
  readonly cited: string;
  /** The beginning of the question; null once the case is erased. */
  readonly input: string | null;
  /** Ids of the files that the case expects to be cited, as JSON. */
  readonly expected: string;
  readonly is_of_turn: number | null;
}

/** Selects the cases of an evaluation, with what the answers of the first repetitions cited. */
export const selectCasesOf = (db: Db, evaluation_id: string) =>
  db.all<CaseOfResult>(sql`
    select r.ordinal, r.case_id, r.tags, coalesce(r.cited_file_ids, '[]') as cited, substr(c.content ->> '$.input', 1, ${maxInputChars}) as input,
      (select json_group_array(t.value ->> 'file_id') from json_each(c.content, '$.expected.citations') t) as expected,
      c.source is not null as is_of_turn
    from evaluations e cross join evaluation_results r on r.evaluation_id = e.id and r.target = 0 and r.repetition = 0
      left join dataset_cases c on c.id = r.case_id and c.dataset_id = e.dataset_id and c.from_revision <= e.dataset_revision
        and (c.until_revision is null or c.until_revision > e.dataset_revision)
    where e.id = ${evaluation_id} order by r.ordinal`);

/** Selects the cases of a dataset of which a version began between two revisions. */
export const selectChangedCases = (
  db: Db,
  dataset_id: string,
  revisions: readonly [number, number],
) =>
  db.all<{ id: string }>(sql`
    select distinct id from dataset_cases where dataset_id = ${dataset_id}
      and from_revision > ${Math.min(...revisions)} and from_revision <= ${Math.max(...revisions)}`);
