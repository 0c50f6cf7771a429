import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

export interface VariantName {
  readonly id: string;
  readonly name: string;
  readonly experiment_id: string;
  readonly experiment: string;
}

/** Variants whose names a report shows: those of the newest experiments. */
const maxNames = 1000;

/** Selects names of the variants of a workspace; with `agents`, only those of the agents that this subquery returns. */
export const selectVariantNames = (db: Db, workspace_id: string, agents: SQL | null) =>
  db.all<VariantName>(sql`
    select k.id, k.name, e.id as experiment_id, e.name as experiment
    from (select id, name from experiments where workspace_id = ${workspace_id}
      ${agents === null ? sql`` : sql`and agent_id in ${agents}`} order by id desc limit ${maxNames}) e
    join experiment_variants k on k.experiment_id = e.id limit ${maxNames}`);

/** Returns the names of the values of the groupings `experiment` and `variant`. */
export const namesOf = (rows: readonly VariantName[]): ReadonlyMap<string, string> =>
  new Map(
    rows.flatMap(({ id, name, experiment_id, experiment }) => [
      [experiment_id, experiment],
      [`${experiment_id}/${id}`, `${experiment} / ${name}`],
    ]),
  );
