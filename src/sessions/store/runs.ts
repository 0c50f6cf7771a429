import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { agent_versions } from '../../db/schema/agents.ts';
import { runs } from '../../db/schema/runs.ts';
import { selectChosen } from '../../experiments/index.ts';
import {
  type Assigned,
  assignedColumns,
  insertRun,
  isRequired,
  type NewRunRow,
  newRunColumns,
  type RunRow,
  type RunVersion,
  versionColumns,
} from '../../runs/index.ts';
import type { SessionRow } from './sessions.ts';

/**
 * Selects the session with the version that a run of it would use now: the requested one, else the session's, else the
 * one of its experiment, else the active one. A preview is not part of an experiment.
 */
const chosenOf = (session_id: unknown, requested: unknown, is_preview: unknown): SQL =>
  selectChosen(sql`select id, agent_id, inputs, active_run_id, created_at, coalesce(${requested}, version) as wanted,
    iif(${is_preview}, null, subject) as subject from sessions where id = ${session_id}`);

/** The version that a run of the session would use now. */
export const selectVersionOfSession = (
  db: Db,
  workspace_id: string,
  session_id: string,
  requested: string | null,
) =>
  db
    .select(versionColumns)
    .from(agent_versions)
    .where(
      and(
        eq(agent_versions.workspace_id, workspace_id),
        eq(
          agent_versions.id,
          sql`(select version_id from (${chosenOf(session_id, requested, false)}))`,
        ),
      ),
    );

interface RunConditions {
  /** The only version that the run may use; null for any. */
  readonly fixed: RunVersion | null;
  /** True for a run whose id an earlier attempt may have used. */
  readonly is_once: boolean;
}

/**
 * Inserts a run with the version that its session is to use, and returns its experiment. Violates `runs.version_id` when
 * the run does not hold the session or has begun before, when the version does not exist or is not `fixed`, and when the
 * session misses required form values of the version.
 */
export const insertRunOfSession = (
  db: Db,
  row: RunRow,
  requested: string | null,
  { fixed, is_once }: RunConditions,
): Statement<Assigned[]> => {
  const hasRequired = fixed === null || fixed.config.inputs.some(isRequired);
  return insertRunWith(db, {
    ...newRunColumns(row),
    requested,
    cached: fixed?.id,
    is_filled: hasRequired ? row.is_preview : undefined,
    is_once: is_once ? true : undefined,
  });
};

interface ChoiceOfRun {
  readonly requested: string | null;
  /** The only version that the run may use; undefined for any. */
  readonly cached: string | undefined;
  /** True for a run that needs no form values; undefined for a version that requires none. */
  readonly is_filled: boolean | undefined;
  /** True for a run that must not have begun before; undefined for a new id. */
  readonly is_once: true | undefined;
}

/** The columns of a queued run that its start sets. */
const begun = [
  'version_id',
  'experiment_id',
  'variant_id',
  'subject',
  'input_message_id',
  'status',
  'lease_until',
  'metadata',
] as const;

const insertRunWith = compileByColumns<NewRunRow & ChoiceOfRun, Assigned[]>(
  (db, { requested, cached, is_filled, is_once, ...row }) => {
    const isCached = cached === undefined ? sql`` : sql` and s.version_id = ${cached}`;
    const isFilled =
      is_filled === undefined ? sql`` : sql` and (${is_filled} or not exists (${missingInputs}))`;
    const isOnce =
      is_once === undefined
        ? sql``
        : sql` and not exists (select 1 from runs b where b.id = ${row.id} and b.status <> 'queued')`;
    // A queued run has its row already.
    return insertRun(
      db,
      row,
      sql`select s.* from (${chosenOf(row.session_id, requested, row.is_preview)}) s
        where s.active_run_id = ${row.id}${isCached}${isFilled}${isOnce}`,
    )
      .onConflictDoUpdate({
        target: runs.id,
        set: Object.fromEntries(begun.map((name) => [name, sql`excluded.${sql.identifier(name)}`])),
        setWhere: sql`${runs.status} = 'queued'`,
      })
      .returning(assignedColumns);
  },
);

/** Required form fields of the version of `s` that have neither a value in the session `s` nor a default. */
const missingInputs = sql`select 1 from agent_versions v join json_each(v.config, '$.inputs') field
    where v.id = s.version_id and field.value ->> 'required' and field.value ->> 'default' is null
      and json_type(s.inputs, '$.' || (field.value ->> 'name')) is null`;

/** Inserts a queued run with the version that it would use now. It is part of an experiment once it starts. */
export const insertQueuedRun = (
  db: Db,
  row: RunRow,
  session: Pick<SessionRow, 'id'>,
  requested: string | null,
): Statement =>
  insertRun(
    db,
    { ...newRunColumns(row), status: 'queued' },
    sql`select version_id, null as experiment_id, null as variant_id, null as counted_subject
      from (${chosenOf(session.id, requested, row.is_preview)})`,
  );
