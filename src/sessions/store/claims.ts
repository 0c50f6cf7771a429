import { and, eq, getTableColumns, isNull, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { sessions } from '../../db/schema/sessions.ts';
import type { RunRow } from '../../runs/index.ts';
import { insertSession, type SessionRow } from './sessions.ts';

/** A session as claimed by a turn, with the workspace settings that the turn depends on. */
export type ClaimedSession = SessionRow & {
  readonly content_logging: boolean;
  readonly background_model: string | null;
  readonly index_number: number | null;
};

const claimedColumns = (workspace_id: string) => ({
  ...getTableColumns(sessions),
  background_model: sql<
    string | null
  >`(select w.background_model from workspaces w where w.id = ${workspace_id})`.as(
    'background_model',
  ),
  content_logging:
    sql<boolean>`(select w.content_logging from workspaces w where w.id = ${workspace_id})`
      .mapWith(Boolean)
      .as('content_logging'),
});

/** Creates a session together with the turn that claims it. */
export const insertClaimedSession = (db: Db, row: SessionRow) =>
  insertSession(db, row).returning(claimedColumns(row.workspace_id));

export const selectClaimedSession = (db: Db, workspace_id: string, id: string) =>
  db
    .select(claimedColumns(workspace_id))
    .from(sessions)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)));

export interface Claim {
  /** The head that the caller has read. A session with another head is not claimed. */
  readonly expected_head: string | null;
  readonly head: string | null;
  /** Number of messages that the run adds when it begins. */
  readonly new_messages: 0 | 1;
}

/**
 * Claims the session for a run and takes the next sequence number. Returns a `ClaimedSession`, or no row while another
 * run is active, and when the session or its agent is archived or has expired.
 */
export const claimSession = (db: Db, run: RunRow, claim: Claim, now: number): Statement =>
  claimWith(db, { ...claim, run_id: run.id, lease_until: run.lease_until, now, ...placeOf(run) });

const placeOf = ({ workspace_id, session_id, agent_id }: RunRow) => ({
  workspace_id,
  session_id: session_id ?? '',
  agent_id,
});

type ClaimOfRun = Claim &
  ReturnType<typeof placeOf> & {
    readonly run_id: string;
    readonly lease_until: number;
    readonly now: number;
  };

const claimWith = compileByColumns<ClaimOfRun>(
  (db, { expected_head, head, new_messages, run_id, lease_until, now, ...own }) =>
    db
      .update(sessions)
      .set({
        active_run_id: run_id,
        active_run_until: lease_until,
        message_seq: sql`${sessions.message_seq} + ${new_messages}`,
        head_id: head,
        updated_at: now,
      })
      .where(
        and(
          eq(sessions.workspace_id, own.workspace_id),
          eq(sessions.id, own.session_id),
          isNull(sessions.active_run_id),
          sql`${sessions.head_id} is ${expected_head}`,
          isNull(sessions.archived_at),
          eq(sessions.handled_by, 'agent'),
          sql`(${sessions.expires_at} is null or ${sessions.expires_at} > ${now})`,
          sql`exists (select 1 from agents a where a.id = ${own.agent_id} and a.archived_at is null)`,
        ),
      )
      .returning(claimedColumns(own.workspace_id)),
);

/** Releases the claim of a run. `head`, if given, becomes the head of the session. */
export const releaseSession = (
  db: Db,
  { id, workspace_id, session_id }: Pick<RunRow, 'id' | 'workspace_id' | 'session_id'>,
  now: number,
  { new_messages, head }: { readonly new_messages: 0 | 1; readonly head?: string | null },
): Statement =>
  releaseWith(db, {
    workspace_id,
    session_id: session_id ?? '',
    run_id: id,
    now,
    new_messages,
    head,
  });

interface Release extends Readonly<Record<'workspace_id' | 'session_id' | 'run_id', string>> {
  readonly now: number;
  readonly new_messages: 0 | 1;
  readonly head: string | null | undefined;
}

const releaseWith = compileByColumns<Release>(
  (db, { workspace_id, session_id, run_id, now, new_messages, head }) =>
    db
      .update(sessions)
      .set({
        active_run_id: null,
        active_run_until: 0,
        message_seq: sql`${sessions.message_seq} + ${new_messages}`,
        ...(head === undefined ? {} : { head_id: head }),
        updated_at: now,
      })
      .where(
        and(
          eq(sessions.workspace_id, workspace_id),
          eq(sessions.id, session_id),
          eq(sessions.active_run_id, run_id),
        ),
      ),
);

/** Renews the lease of the claim that a run has on its session. */
export const renewClaim = (
  db: Db,
  run: Pick<RunRow, 'id' | 'workspace_id' | 'session_id'>,
  until: number,
): Statement =>
  db
    .update(sessions)
    .set({ active_run_until: until })
    .where(
      and(
        eq(sessions.workspace_id, run.workspace_id),
        eq(sessions.id, run.session_id ?? ''),
        sql`${sessions.active_run_id} = ${run.id}`,
      ),
    );
