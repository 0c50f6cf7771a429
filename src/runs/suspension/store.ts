import { and, asc, eq, lte, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { runs, suspended_runs } from '../../db/schema/runs.ts';
import type { RunRow } from '../store/runs.ts';
import { type SuspendedState, toParts } from './state.ts';

const own = (workspace_id: string, run_id: string) =>
  and(eq(suspended_runs.workspace_id, workspace_id), eq(suspended_runs.run_id, run_id));

/** The parts of a run's state, in order; none for a run that has never waited or has ended. */
export const selectSuspension = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select({ data: suspended_runs.data })
    .from(suspended_runs)
    .where(own(workspace_id, run_id))
    .orderBy(asc(suspended_runs.part));

/** The same, but only while the run waits. */
export const selectWaitingState = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select({ data: suspended_runs.data })
    .from(suspended_runs)
    .innerJoin(runs, and(eq(runs.id, suspended_runs.run_id), eq(runs.status, 'requires_action')))
    .where(own(workspace_id, run_id))
    .orderBy(asc(suspended_runs.part));

/**
 * Stores the state and replaces an earlier one. Violates `suspended_runs.data` when the run does
 * not have the status.
 */
export function writeSuspension(
  db: Db,
  workspace_id: string,
  run_id: string,
  state: SuspendedState,
  status: 'running' | 'requires_action',
): Statement[] {
  const isOpen = sql`exists (select 1 from runs r where r.id = ${run_id} and r.workspace_id = ${workspace_id} and r.status = ${status})`;
  return [
    deleteSuspension(db, workspace_id, run_id),
    ...toParts(state).map((data, part) =>
      db
        .insert(suspended_runs)
        .values({ workspace_id, run_id, part, data: sql`iif(${isOpen}, ${data}, null)` }),
    ),
  ];
}

const deleteSuspension = (db: Db, workspace_id: string, run_id: string): Statement =>
  db.delete(suspended_runs).where(own(workspace_id, run_id));

type Waiting = Pick<
  RunRow,
  'required_actions' | 'answered_actions' | 'suspended_at' | 'expires_at' | 'waited_ms'
>;

/** Makes a running run wait. */
export const suspendRunRow = (
  db: Db,
  { id, workspace_id }: Pick<RunRow, 'id' | 'workspace_id'>,
  waiting: Waiting &
    Partial<Omit<RunRow, 'source_file_ids'>> & { source_file_ids?: SQL<string[] | null> },
): Statement =>
  db
    .update(runs)
    .set({ ...waiting, status: 'requires_action' })
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id), eq(runs.status, 'running')));

/** Stores the actions still required of a run that keeps waiting. */
export const updateRequired = (
  db: Db,
  { id, workspace_id }: Pick<RunRow, 'id' | 'workspace_id'>,
  waiting: Pick<RunRow, 'required_actions' | 'answered_actions'>,
): Statement =>
  db
    .update(runs)
    .set(waiting)
    .where(
      and(eq(runs.workspace_id, workspace_id), eq(runs.id, id), eq(runs.status, 'requires_action')),
    );

/**
 * Makes a waiting run running. Violates `runs.version_id` when it no longer waits, its time is
 * over, or its session or agent accepts no messages.
 */
export function claimSuspended(
  db: Db,
  { id, workspace_id, agent_id, session_id }: RunRow,
  change: Waiting & Pick<RunRow, 'lease_until'>,
  now: number,
): Statement {
  const isFree = sql`(${session_id} is null or exists (select 1 from sessions s where s.id = ${session_id} and s.archived_at is null
    and (s.expires_at is null or s.expires_at > ${now})))`;
  const isActive = sql`exists (select 1 from agents a where a.id = ${agent_id} and a.archived_at is null)`;
  const mayResume = sql`status = 'requires_action' and expires_at > ${now} and ${isFree} and ${isActive}`;
  return db
    .update(runs)
    .set({
      ...change,
      status: 'running',
      version_id: sql<string>`iif(${mayResume}, version_id, null)`,
    })
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id)));
}

/** Runs of all workspaces whose time to wait is over. */
export const selectExpiredRuns = (db: Db, now: number, limit: number) =>
  db
    .select()
    .from(runs)
    .where(and(sql`${runs.status} = 'requires_action'`, lte(runs.expires_at, now)))
    .orderBy(asc(runs.expires_at))
    .limit(limit);

/** A waiting run with the state that may prevent it from being resumed. */
export const selectBlocker = (db: Db, workspace_id: string, run_id: string, now: number) =>
  db
    .select({
      run: runs,
      is_archived:
        sql<boolean>`exists (select 1 from sessions s where s.id = ${runs.session_id} and s.archived_at is not null)`
          .mapWith(Boolean)
          .as('is_archived'),
      is_expired:
        sql<boolean>`exists (select 1 from sessions s where s.id = ${runs.session_id} and s.expires_at <= ${now})`
          .mapWith(Boolean)
          .as('is_expired'),
    })
    .from(runs)
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, run_id)));
