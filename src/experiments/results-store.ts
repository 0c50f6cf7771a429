import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { experiment_entries, experiment_totals } from '../db/schema/experiments.ts';
import type { Cell } from './count-store.ts';

/** Selects the totals of an experiment: one row for each variant and epoch. */
export const selectTotals = (db: Db, workspace_id: string, experiment_id: string) =>
  db
    .select({
      variant_id: experiment_totals.variant_id,
      epoch: experiment_totals.epoch,
      subjects: experiment_totals.subjects,
      sums: experiment_totals.sums,
    })
    .from(experiment_totals)
    .where(
      and(
        eq(experiment_totals.workspace_id, workspace_id),
        eq(experiment_totals.experiment_id, experiment_id),
      ),
    )
    .orderBy(asc(experiment_totals.epoch));

export const toCells = (rows: readonly (Omit<Cell, 'sums'> & { sums: unknown })[]): Cell[] =>
  rows.map((row) => ({ ...row, sums: row.sums as Cell['sums'] }));

/** Selects the weights of each epoch, by the ids of variants. */
export const selectWeights = (db: Db, workspace_id: string, experiment_id: string) =>
  db
    .select({ detail: experiment_entries.detail, created_at: experiment_entries.created_at })
    .from(experiment_entries)
    .where(
      and(
        eq(experiment_entries.workspace_id, workspace_id),
        eq(experiment_entries.experiment_id, experiment_id),
        inArray(experiment_entries.kind, ['started', 'reweighted']),
      ),
    )
    .orderBy(asc(experiment_entries.id));

export type Weights = ReadonlyMap<number, Readonly<Record<string, number>>>;

export const toWeights = (rows: readonly { readonly detail: Record<string, unknown> }[]): Weights =>
  new Map(
    rows.map(({ detail }) => [Number(detail.epoch), detail.weights as Record<string, number>]),
  );
