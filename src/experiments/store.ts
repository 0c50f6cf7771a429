import { and, desc, eq, getTableColumns, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { valuesOf } from '../db/json-values.ts';
import {
  type ExperimentStatus,
  experiment_entries,
  experiment_variants,
  experiments,
} from '../db/schema/experiments.ts';
import { online_scorers } from '../db/schema/online-scores.ts';

export type ExperimentRow = typeof experiments.$inferSelect;
export type VariantRow = typeof experiment_variants.$inferSelect;
export type EntryRow = typeof experiment_entries.$inferSelect;

/** A variant with the number of its version; null if the version is gone. */
export type StoredVariant = Omit<VariantRow, 'workspace_id' | 'experiment_id'> & {
  readonly version_number: number | null;
};
export type StoredExperiment = ExperimentRow & { readonly variants: readonly StoredVariant[] };

const variantsOf = sql<StoredVariant[]>`(select json_group_array(json_object(
    'id', id, 'ordinal', ordinal, 'name', name, 'version_id', version_id, 'is_control', is_control, 'weight', weight,
    'stopped_at', stopped_at, 'stop_reason', stop_reason, 'version_number', number))
  from (select k.*, v.number from experiment_variants k left join agent_versions v on v.id = k.version_id
    where k.experiment_id = experiments.id order by k.ordinal))`
  .mapWith((text: string) =>
    (JSON.parse(text) as (StoredVariant & { is_control: unknown })[]).map((variant) => ({
      ...variant,
      is_control: Boolean(variant.is_control),
    })),
  )
  .as('variants');

const selectStored = (db: Db) =>
  db.select({ ...getTableColumns(experiments), variants: variantsOf }).from(experiments);

const own = (workspace_id: string, id: string) =>
  and(eq(experiments.workspace_id, workspace_id), eq(experiments.id, id));

export const selectExperiment = (db: Db, workspace_id: string, id: string) =>
  selectStored(db).where(own(workspace_id, id));

export interface ExperimentFilters {
  readonly agent?: string | undefined;
  /** Limits the list to experiments of these agents; null for all. */
  readonly only: readonly string[] | null;
  readonly status?: ExperimentStatus | undefined;
}

/** Selects experiments, newest first. */
export const selectExperiments = (
  db: Db,
  workspace_id: string,
  { agent, only, status }: ExperimentFilters,
  after: string | null,
  limit: number,
) =>
  selectStored(db)
    .where(
      and(
        eq(experiments.workspace_id, workspace_id),
        agent === undefined ? undefined : eq(experiments.agent_id, agent),
        only === null ? undefined : inArray(experiments.agent_id, valuesOf(only)),
        status === undefined ? undefined : eq(experiments.status, status),
        after === null ? undefined : lt(experiments.id, after),
      ),
    )
    .orderBy(desc(experiments.id))
    .limit(limit);

/** Selects an online scorer of the agent of an experiment. */
export const selectScorer = (db: Db, { workspace_id, agent_id }: ExperimentRow, id: string) =>
  db
    .select({ enabled: online_scorers.enabled })
    .from(online_scorers)
    .where(
      and(
        eq(online_scorers.workspace_id, workspace_id),
        eq(online_scorers.agent_id, agent_id),
        eq(online_scorers.id, id),
        isNull(online_scorers.deleted_at),
      ),
    );

/** Selects the id of the experiment that runs for an agent. */
export const selectRunning = (db: Db, agent_id: SQL) =>
  db
    .select({ id: experiments.id })
    .from(experiments)
    .where(and(eq(experiments.agent_id, agent_id), sql`${experiments.status} = 'running'`));

/** Inserts an experiment. Violates `experiments.name` when the agent has `max` experiments that have not started. */
export const insertExperiment = (db: Db, row: ExperimentRow, max: number): Statement =>
  db.insert(experiments).values({
    ...row,
    name: sql`iif((select count(*) from experiments d where d.workspace_id = ${row.workspace_id}
      and d.agent_id = ${row.agent_id} and d.status = 'draft') < ${max}, ${row.name}, null)`,
  });

/** Replaces the variants of an experiment, in the order given. */
export const replaceVariants = (
  db: Db,
  { workspace_id, id }: Pick<ExperimentRow, 'workspace_id' | 'id'>,
  variants: readonly VariantRow[],
): Statement[] => [
  db
    .delete(experiment_variants)
    .where(
      and(
        eq(experiment_variants.workspace_id, workspace_id),
        eq(experiment_variants.experiment_id, id),
      ),
    ),
  ...variants.map((row) => db.insert(experiment_variants).values(row)),
];

/** Updates an experiment. Violates `experiments.revision` when it has changed since `row` was read. */
export const changeExperiment = (
  db: Db,
  row: ExperimentRow,
  changes: Partial<ExperimentRow>,
): Statement =>
  db
    .update(experiments)
    .set({
      ...changes,
      revision: sql`case when revision = ${row.revision} and status = ${row.status} and epoch = ${row.epoch} then revision + 1 end`,
    })
    .where(own(row.workspace_id, row.id));

/** Sets the weights of variants, by their ids. */
export const setWeights = (
  db: Db,
  { workspace_id, id }: Pick<ExperimentRow, 'workspace_id' | 'id'>,
  weights: Readonly<Record<string, number>>,
): Statement =>
  db
    .update(experiment_variants)
    .set({
      weight: sql`(select cast(w.value as real) from json_each(${JSON.stringify(weights)}) w where w.key = ${experiment_variants.id})`,
    })
    .where(
      and(
        eq(experiment_variants.workspace_id, workspace_id),
        eq(experiment_variants.experiment_id, id),
      ),
    );

/** Stops a variant. Violates `experiment_variants.name` when it has been stopped before. */
export const stopVariantRow = (
  db: Db,
  workspace_id: string,
  id: string,
  stop_reason: string | null,
  now: number,
): Statement =>
  db
    .update(experiment_variants)
    .set({
      stopped_at: now,
      stop_reason,
      name: sql`iif(${experiment_variants.stopped_at} is null, ${experiment_variants.name}, null)`,
    })
    .where(and(eq(experiment_variants.workspace_id, workspace_id), eq(experiment_variants.id, id)));

/** Deletes an experiment that has never run, and so has neither subjects nor totals. */
export const deleteDraft = (db: Db, row: ExperimentRow): Statement[] => [
  changeExperiment(db, row, {}),
  ...replaceVariants(db, row, []),
  db.delete(experiments).where(own(row.workspace_id, row.id)),
];

export const insertEntry = (db: Db, row: EntryRow): Statement =>
  db.insert(experiment_entries).values(row);

/** Selects the log of an experiment, newest first. */
export const selectEntries = (
  db: Db,
  workspace_id: string,
  experiment_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(experiment_entries)
    .where(
      and(
        eq(experiment_entries.workspace_id, workspace_id),
        eq(experiment_entries.experiment_id, experiment_id),
        after === null ? undefined : lt(experiment_entries.id, after),
      ),
    )
    .orderBy(desc(experiment_entries.id))
    .limit(limit);

/** Deletes a bounded number of subjects of an agent's experiments. */
export const deleteSubjectsOfAgent = (
  db: Db,
  workspace_id: string,
  agent_id: string,
  limit: number,
) =>
  db.run(sql`delete from experiment_subjects where rowid in (select x.rowid from experiments e
    join experiment_subjects x on x.experiment_id = e.id
    where e.workspace_id = ${workspace_id} and e.agent_id = ${agent_id} limit ${limit})`);

/** Deletes the experiments of an agent, children first. */
export const deleteExperimentsOfAgent = (db: Db, workspace_id: string, agent_id: string) => [
  ...[
    'experiment_totals',
    'experiment_late_facts',
    'experiment_entries',
    'experiment_variants',
  ].map((table) =>
    db.run(sql`delete from ${sql.raw(table)} where experiment_id in (select e.id from experiments e
      where e.workspace_id = ${workspace_id} and e.agent_id = ${agent_id})`),
  ),
  db.run(
    sql`delete from experiments where workspace_id = ${workspace_id} and agent_id = ${agent_id}`,
  ),
];
