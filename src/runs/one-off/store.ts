import { type SQL, sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { insertRun, type RunRow } from '../store/runs.ts';

type NewOneOff = Omit<RunRow, 'version_id'> & {
  readonly requested: string | null;
  /** Form values as JSON. */
  readonly inputs: string;
};

/**
 * Inserts a one-off run with the requested version of the agent, or else the active one. Violates
 * `runs.version_id` when the version does not exist, the agent is archived, or required form values
 * are missing.
 */
export const insertOneOffRun: (db: Parameters<typeof insertRun>[0], row: NewOneOff) => Statement =
  compileByColumns<NewOneOff>((db, { requested, inputs, ...row }) => {
    const version = chooseVersion(sql`${row.agent_id}`, sql`${requested}`);
    const isActive = sql`exists (select 1 from agents a where a.id = ${row.agent_id} and a.archived_at is null)`;
    const isFilled = sql`(${row.is_preview} or not exists (${missingInputs(inputs, version)}))`;
    return insertRun(
      db,
      { ...row, version_id: '' },
      sql`iif(${isActive} and ${isFilled}, ${version}, null)`,
    );
  });

/** Required form fields of a version that have neither a value nor a default. */
const missingInputs = (inputs: string, version: SQL): SQL => sql`select 1
  from agent_versions v join json_each(v.config, '$.inputs') field
  where v.id = ${version} and field.value ->> 'required' and field.value ->> 'default' is null
    and json_type(${inputs}, '$.' || (field.value ->> 'name')) is null`;
