import { and, eq, type SQL, sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { agent_versions } from '../../db/schema/agents.ts';
import { runs } from '../../db/schema/runs.ts';
import { sessions } from '../../db/schema/sessions.ts';
import {
  insertRun,
  isRequired,
  type RunRow,
  type RunVersion,
  versionColumns,
} from '../../runs/index.ts';
import type { SessionRow } from './sessions.ts';

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

interface RunConditions {
  /** The only version that the run may use; null for any. */
  readonly fixed: RunVersion | null;
  /** True for a run whose id an earlier attempt may have used. */
  readonly is_once: boolean;
}

/**
 * Inserts a run with the version that its session is to use. Violates `runs.version_id` when the
 * run does not hold the session or has begun before, when the version does not exist or is not
 * `fixed`, and when the session misses required form values of the version.
 */
export const insertRunOfSession = (
  db: Db,
  { version_id: _, ...row }: RunRow,
  requested: string | null,
  { fixed, is_once }: RunConditions,
): Statement => {
  const hasRequired = fixed === null || fixed.config.inputs.some(isRequired);
  return insertRunWith(db, {
    ...withoutNulls(row),
    requested,
    cached: fixed?.id,
    is_filled: hasRequired ? row.is_preview : undefined,
    is_once: is_once ? true : undefined,
  });
};

/** Leaves out the columns that are null, which at the start of a run are most of them. */
const withoutNulls = <Row extends object>(row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Row;

interface ChoiceOfRun {
  readonly requested: string | null;
  /** The only version that the run may use; undefined for any. */
  readonly cached: string | undefined;
  /** True for a run that needs no form values; undefined for a version that requires none. */
  readonly is_filled: boolean | undefined;
  /** True for a run that must not have begun before; undefined for a new id. */
  readonly is_once: true | undefined;
}

const insertRunWith = compileByColumns<Omit<RunRow, 'version_id'> & ChoiceOfRun>(
  (db, { requested, cached, is_filled, is_once, ...row }) => {
    const isCached = cached === undefined ? sql`` : sql` and v.id = ${cached}`;
    const isFilled =
      is_filled === undefined ? sql`` : sql` and (${is_filled} or not exists (${missingInputs}))`;
    const isOnce =
      is_once === undefined
        ? sql``
        : sql` and not exists (select 1 from runs b where b.id = ${row.id} and b.status <> 'queued')`;
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
      sql`(${versionOfSession(row.session_id, requested)} where s.active_run_id = ${row.id}${isCached}${isFilled}${isOnce})`,
    ).onConflictDoUpdate({
      target: runs.id,
      set: Object.fromEntries(begun.map((name) => [name, sql`excluded.${sql.identifier(name)}`])),
      setWhere: sql`${runs.status} = 'queued'`,
    });
  },
);

/** Selects the version `v` that a run of the session `s` uses: the requested one, else the session's, else the active one. */
const versionOfSession = (session_id: string | null, requested: string | null): SQL =>
  sql`select v.id from (select *, coalesce(${requested}, version) as wanted from sessions where id = ${session_id}) s
    join agent_versions v on v.id = ${chooseVersion(sql`s.agent_id`, sql`s.wanted`)}`;

/** Required form fields of the version `v` that have neither a value in the session `s` nor a default. */
const missingInputs = sql`select 1 from json_each(v.config, '$.inputs') field
    where field.value ->> 'required' and field.value ->> 'default' is null
      and json_type(s.inputs, '$.' || (field.value ->> 'name')) is null`;

/** Inserts a queued run with the version that it would use now. */
export const insertQueuedRun = (
  db: Db,
  row: RunRow,
  session: Pick<SessionRow, 'id'>,
  requested: string | null,
): Statement =>
  insertRun(db, { ...row, status: 'queued' }, sql`(${versionOfSession(session.id, requested)})`);
