import { and, asc, desc, eq, gt, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { parametersOf, valuesOf } from '../../db/json-values.ts';
import { dataset_cases, dataset_revisions, datasets } from '../../db/schema/datasets.ts';
import type { CaseContent } from './case.ts';

export type DatasetRow = typeof datasets.$inferSelect;
export type CaseRow = typeof dataset_cases.$inferSelect;
export type RevisionRow = typeof dataset_revisions.$inferSelect;

/** Maximum cases of the newest revision of a dataset. */
export const maxCases = 10_000;

const own = (workspace_id: string, id: string) =>
  and(eq(datasets.workspace_id, workspace_id), eq(datasets.id, id), isNull(datasets.deleted_at));

export const insertDataset = (db: Db, row: DatasetRow) => db.insert(datasets).values(row);

export const selectDataset = (db: Db, workspace_id: string, id: string) =>
  db.select().from(datasets).where(own(workspace_id, id));

/** Selects datasets, newest first; of `only` these agents if given. */
export const selectDatasets = (
  db: Db,
  workspace_id: string,
  filter: {
    readonly agent?: string | undefined;
    readonly q?: string | undefined;
    readonly only: readonly string[] | null;
  },
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(datasets)
    .where(
      and(
        eq(datasets.workspace_id, workspace_id),
        isNull(datasets.deleted_at),
        filter.agent === undefined ? undefined : eq(datasets.agent_id, filter.agent),
        filter.q === undefined
          ? undefined
          : sql`instr(lower(${datasets.name}), lower(${filter.q})) > 0`,
        filter.only === null ? undefined : sql`${datasets.agent_id} in ${valuesOf(filter.only)}`,
        after === null ? undefined : lt(datasets.id, after),
      ),
    )
    .orderBy(desc(datasets.id))
    .limit(limit);

/** Makes the next revision. Violates `datasets.revision` when the dataset has changed since `row` was read. */
export const changeDatasetRow = (
  db: Db,
  row: DatasetRow,
  changes: { readonly name?: string; readonly description?: string; readonly added: number },
  now: number,
) => {
  const { added, ...fields } = changes;
  return db
    .update(datasets)
    .set({
      ...fields,
      revision: sql`case when revision = ${row.revision} and deleted_at is null then revision + 1 end`,
      case_count: sql`case_count + ${added}`,
      updated_at: now,
    })
    .where(and(eq(datasets.workspace_id, row.workspace_id), eq(datasets.id, row.id)));
};

/** Fails like `changeDatasetRow`. */
export const markDeleted = (db: Db, row: DatasetRow, now: number) =>
  db
    .update(datasets)
    .set({
      deleted_at: now,
      revision: sql`case when revision = ${row.revision} and deleted_at is null then revision end`,
    })
    .where(and(eq(datasets.workspace_id, row.workspace_id), eq(datasets.id, row.id)));

export const insertRevision = (db: Db, row: RevisionRow) =>
  db.insert(dataset_revisions).values(row);

export const selectRevisions = (
  db: Db,
  workspace_id: string,
  dataset_id: string,
  before: number | null,
  limit: number,
) =>
  db
    .select()
    .from(dataset_revisions)
    .where(
      and(
        eq(dataset_revisions.workspace_id, workspace_id),
        eq(dataset_revisions.dataset_id, dataset_id),
        before === null ? undefined : lt(dataset_revisions.revision, before),
      ),
    )
    .orderBy(desc(dataset_revisions.revision))
    .limit(limit);

/** Inserts versions of cases. Violates the index `dataset_cases_digest` when the dataset has one of them already. */
export const insertCases = (db: Db, rows: readonly CaseRow[]) =>
  parametersOf(rows).map((some) =>
    db.run(sql`
      insert into dataset_cases (id, from_revision, workspace_id, dataset_id, content, digest, source, source_run_id, source_session_id,
        source_run_ids, created_by, created_at, updated_at)
      select c.value ->> 'id', c.value ->> 'from_revision', c.value ->> 'workspace_id', c.value ->> 'dataset_id', c.value -> 'content',
        c.value ->> 'digest', nullif(c.value -> 'source', 'null'), c.value ->> 'source_run_id', c.value ->> 'source_session_id',
        nullif(c.value -> 'source_run_ids', 'null'), c.value ->> 'created_by', c.value ->> 'created_at', c.value ->> 'updated_at'
      from json_each(${some}) c`),
  );

/** Ends the current version of a case. */
export const endCase = (db: Db, { dataset_id, id }: CaseRow, revision: number) =>
  db
    .update(dataset_cases)
    .set({ until_revision: revision })
    .where(
      and(
        eq(dataset_cases.dataset_id, dataset_id),
        eq(dataset_cases.id, id),
        isNull(dataset_cases.until_revision),
      ),
    );

/** True for the versions of cases that a revision has. */
const isAt = (revision: number): SQL =>
  sql`${dataset_cases.from_revision} <= ${revision} and (${dataset_cases.until_revision} is null or ${dataset_cases.until_revision} > ${revision})`;

const ofDataset = (workspace_id: string, dataset_id: string) =>
  and(eq(dataset_cases.workspace_id, workspace_id), eq(dataset_cases.dataset_id, dataset_id));

export const selectCase = (
  db: Db,
  workspace_id: string,
  dataset_id: string,
  id: string,
  revision: number,
) =>
  db
    .select()
    .from(dataset_cases)
    .where(and(ofDataset(workspace_id, dataset_id), eq(dataset_cases.id, id), isAt(revision)));

export interface CaseFilter {
  readonly revision: number;
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  /** False if cases from turns must not be found by their text. */
  readonly may_read_turns: boolean;
}

/** Selects the cases of a revision, oldest first. */
export function selectCaseRows(
  db: Db,
  workspace_id: string,
  dataset_id: string,
  filter: CaseFilter,
  after: string | null,
  limit: number,
) {
  const { content, source, id } = dataset_cases;
  const contains = (path: string) =>
    sql`instr(lower(${content} ->> ${path}), lower(${filter.q ?? ''})) > 0`;
  return db
    .select()
    .from(dataset_cases)
    .where(
      and(
        ofDataset(workspace_id, dataset_id),
        isAt(filter.revision),
        filter.q === undefined
          ? undefined
          : sql`(${contains('$.input')} or ${contains('$.expected.answer')}) and (${source} is null or ${filter.may_read_turns})`,
        filter.tag === undefined
          ? undefined
          : sql`exists (select 1 from json_each(${content}, '$.tags') t where t.value = ${filter.tag})`,
        after === null ? undefined : gt(id, after),
      ),
    )
    .orderBy(asc(id))
    .limit(limit);
}

/** Selects the contents of the cases of a revision in order, from after a case. */
export const selectCases = async (
  db: Db,
  workspace_id: string,
  dataset_id: string,
  revision: number,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<{ readonly id: string; readonly content: CaseContent }[]> => {
  const filter = { revision, may_read_turns: true };
  const rows = await selectCaseRows(db, workspace_id, dataset_id, filter, after, limit).all();
  return rows.map(({ id, content }) => ({ id, content: content as unknown as CaseContent }));
};

/** Selects those of the digests that current cases of a dataset have. */
export const selectDigests = (
  db: Db,
  workspace_id: string,
  dataset_id: string,
  digests: readonly string[],
) =>
  db
    .select({ id: dataset_cases.id, digest: dataset_cases.digest })
    .from(dataset_cases)
    .where(
      and(
        ofDataset(workspace_id, dataset_id),
        isNull(dataset_cases.until_revision),
        sql`${dataset_cases.digest} in ${valuesOf(digests)}`,
      ),
    );

/** Selects those of the ids that files of the workspace have. */
export const selectFileIds = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db.all<{ id: string }>(
    sql`select f.id from files f where f.id in ${valuesOf(ids)} and +f.workspace_id = ${workspace_id} and f.deleted_at is null`,
  );

/** Deletes some cases and revisions of deleted datasets, and the datasets of which none are left: for one batch. */
export const deleteSome = (db: Db, limit: number) => {
  const rowsOf = (table: SQL) =>
    db.run(sql`delete from ${table} where rowid in (
      select c.rowid from datasets d cross join ${table} c on c.dataset_id = d.id where d.deleted_at is not null limit ${limit})`);
  return [
    rowsOf(sql`dataset_cases`),
    rowsOf(sql`dataset_revisions`),
    db.run(sql`delete from datasets where id in (select d.id from datasets d where d.deleted_at is not null
      and not exists (select 1 from dataset_cases c where c.dataset_id = d.id)
      and not exists (select 1 from dataset_revisions r where r.dataset_id = d.id) limit ${limit})`),
  ] as const;
};
