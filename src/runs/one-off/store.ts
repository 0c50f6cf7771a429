import { sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { callerOf, selectChosen } from '../../experiments/index.ts';
import { type Assigned, assignedColumns, insertRun, type NewRunRow } from '../store/runs.ts';

type NewOneOff = NewRunRow & {
  readonly requested: string | null;
  /** Null for a run that no experiment assigns. */
  readonly assigned_subject: number | null;
  /** Form values as JSON. */
  readonly inputs: string;
};

/**
 * Inserts a one-off run with the requested version of the agent, or else that of its experiment or the active one, and
 * returns the experiment. Violates `runs.version_id` when the version does not exist, the agent is archived, or required
 * form values are missing.
 */
export const insertOneOffRun: (db: Db, row: NewOneOff) => Statement<Assigned[]> = compileByColumns<
  NewOneOff,
  Assigned[]
>((db, { requested, assigned_subject, inputs, ...row }) => {
  const { agent_id, created_at } = row;
  const caller = { agent_id, version: requested, subject: assigned_subject, created_at };
  return insertRun(
    db,
    row,
    sql`select s.* from (${selectChosen(callerOf(caller))}) s
      where exists (select 1 from agents a where a.id = ${row.agent_id} and a.archived_at is null)
        and (${row.is_preview} or not exists (
          select 1 from agent_versions v join json_each(v.config, '$.inputs') field
          where v.id = s.version_id and field.value ->> 'required' and field.value ->> 'default' is null
            and json_type(${inputs}, '$.' || (field.value ->> 'name')) is null))`,
  ).returning(assignedColumns);
});
