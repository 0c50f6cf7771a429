import { and, eq, type SQL, sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { agent_versions } from '../../db/schema/agents.ts';
import { runs } from '../../db/schema/runs.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { insertRun, type RunRow, versionColumns } from '../../runs/index.ts';
import type { SessionRow } from './sessions.ts';

/** The id of the version that a run of a session uses: the requested one, else the session's, else the active one. */
const versionOfSession = (
  session: Pick<SessionRow, 'id' | 'agent_id'>,
  requested: string | null,
): SQL<string | null> =>
  chooseVersion(
    sql`${session.agent_id}`,
    sql`coalesce(${requested}, (select s.version from sessions s where s.id = ${session.id}))`,
  );

/** The version that a run of the session would use now. */
export const selectVersionOfSession = (
  db: Db,
  workspace_id: string,
  session_id: string,
  requested: string | null,
) =>
  db
    .select(versionColumns)
    .from(sessions)
    .innerJoin(
      agent_versions,
      eq(
        agent_versions.id,
        chooseVersion(sql`${sessions.agent_id}`, sql`coalesce(${requested}, ${sessions.version})`),
      ),
    )
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, session_id)));

/**
 * Inserts a run with the version that its session is to use. Violates `runs.version_id` when the
 * run does not hold the session, when the version does not exist, and when the session misses
 * required form values of the version.
 */
export const insertRunOfSession = (
  db: Db,
  { version_id: _, ...row }: RunRow,
  requested: string | null,
): Statement => insertRunWith(db, { ...withoutNulls(row), requested });

/** Leaves out the columns that are null, which at the start of a run are most of them. */
const withoutNulls = <Row extends object>(row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Row;

const insertRunWith = compileByColumns<
  Omit<RunRow, 'version_id'> & { readonly requested: string | null }
>((db, { requested, ...row }) => {
  const version = versionOfSession({ id: row.session_id ?? '', agent_id: row.agent_id }, requested);
  const holder = sql`(select s.active_run_id from sessions s where s.id = ${row.session_id})`;
  const isFilled = sql`(${row.is_preview} or not exists (${missingInputs(row.session_id, version)}))`;
  const begun = [
    'version_id',
    'experiment_id',
    'variant_id',
    'input_message_id',
    'status',
    'lease_until',
    'metadata',
  ] as const;
  // A queued run has its row already.
  return insertRun(
    db,
    { ...row, version_id: '' },
    sql`iif(${holder} = ${row.id} and ${isFilled}, ${version}, null)`,
  ).onConflictDoUpdate({
    target: runs.id,
    set: Object.fromEntries(begun.map((name) => [name, sql`excluded.${sql.identifier(name)}`])),
    setWhere: sql`${runs.status} = 'queued'`,
  });
});

/** Required form fields of a version that have neither a value in the session nor a default. */
const missingInputs = (session_id: string | null, version: SQL): SQL => sql`select 1
  from agent_versions v join sessions s on s.id = ${session_id} join json_each(v.config, '$.inputs') field
  where v.id = ${version} and field.value ->> 'required' and field.value ->> 'default' is null
    and json_type(s.inputs, '$.' || (field.value ->> 'name')) is null`;

/** Inserts a queued run with the version that it would use now. */
export const insertQueuedRun = (
  db: Db,
  row: RunRow,
  session: Pick<SessionRow, 'id' | 'agent_id'>,
  requested: string | null,
): Statement =>
  insertRun(db, { ...row, status: 'queued' }, sql`${versionOfSession(session, requested)}`);
