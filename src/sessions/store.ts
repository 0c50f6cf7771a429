import { and, asc, desc, eq, gte, isNotNull, isNull, lt, lte, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { agent_versions, agents } from '../db/schema/agents.ts';
import { messages, run_steps, runs, sessions } from '../db/schema/sessions.ts';

export type SessionRow = typeof sessions.$inferSelect;
export type MessageRow = typeof messages.$inferSelect;
export type RunRow = typeof runs.$inferSelect;
export type RunStepRow = typeof run_steps.$inferSelect;

export const insertSession = (db: Db, row: SessionRow) => db.insert(sessions).values(row);

export const selectSession = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)));

export const selectSessionOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        sql`${sessions.id} = (select session_id from runs where id = ${run_id} and workspace_id = ${workspace_id})`,
      ),
    );

export interface SessionFilter {
  /** Id or slug. */
  readonly agent: string;
  readonly end_user_id?: string | undefined;
  readonly created_by?: string | undefined;
  readonly archived: boolean;
  readonly q?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export const selectSessions = (db: Db, workspace_id: string, filter: SessionFilter, after: string | null, limit: number) =>
  db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        sql`${sessions.agent_id} = (select id from agents where workspace_id = ${workspace_id} and (id = ${filter.agent} or slug = ${filter.agent}))`,
        filter.end_user_id === undefined ? undefined : eq(sessions.end_user_id, filter.end_user_id),
        filter.created_by === undefined ? undefined : eq(sessions.created_by, filter.created_by),
        filter.archived ? isNotNull(sessions.archived_at) : isNull(sessions.archived_at),
        filter.q === undefined ? undefined : sql`instr(lower(${sessions.title}), lower(${filter.q})) > 0`,
        filter.from === undefined ? undefined : gte(sessions.created_at, filter.from),
        filter.to === undefined ? undefined : lt(sessions.created_at, filter.to),
        after === null ? undefined : lt(sessions.id, after),
      ),
    )
    .orderBy(desc(sessions.id))
    .limit(limit);

export const updateSession = (db: Db, workspace_id: string, id: string, changes: Partial<SessionRow>) =>
  db
    .update(sessions)
    .set(changes)
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id)))
    .returning();

/** Everything of a session, children first. What it cost stays in the usage table, without its text. */
export function deleteSession(db: Db, workspace_id: string, id: string): Statement[] {
  const ownRuns = sql`(select id from runs where workspace_id = ${workspace_id} and session_id = ${id})`;
  return [
    db.delete(run_steps).where(sql`${run_steps.run_id} in ${ownRuns}`),
    db.delete(messages).where(and(eq(messages.workspace_id, workspace_id), eq(messages.session_id, id))),
    db.delete(runs).where(and(eq(runs.workspace_id, workspace_id), eq(runs.session_id, id))),
    db.delete(sessions).where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, id))),
  ];
}

/** Newest first, before a sequence number. */
export const selectMessages = (db: Db, workspace_id: string, session_id: string, before: number | null, limit: number) =>
  db
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.workspace_id, workspace_id),
        eq(messages.session_id, session_id),
        before === null ? undefined : lt(messages.seq, before),
      ),
    )
    .orderBy(desc(messages.seq))
    .limit(limit);

/**
 * The version a turn runs on, with its agent, in one read: the requested one, else the session's,
 * else the agent's active one. A version is named by number, id or label.
 */
export function selectTurnVersion(db: Db, workspace_id: string, session_id: string, requested: string | null) {
  const wanted = sql`coalesce(${requested}, ${sessions.version})`;
  const version_id = sql`case
    when ${wanted} is null then ${agents.active_version_id}
    when ${wanted} glob 'ver_*' then ${wanted}
    when ${wanted} not glob '*[^0-9]*' then (select v.id from agent_versions v where v.agent_id = ${agents.id} and v.number = cast(${wanted} as integer))
    else (select l.version_id from agent_labels l where l.agent_id = ${agents.id} and l.label = ${wanted}) end`;
  return db
    .select({
      agent_id: sql<string>`${agents.id}`.as('agent_id'),
      archived_at: sql<number | null>`${agents.archived_at}`.as('archived_at'),
      version_id: sql<string>`${agent_versions.id}`.as('version_id'),
      number: agent_versions.number,
      config: agent_versions.config,
      tools: agent_versions.tools,
    })
    .from(sessions)
    .innerJoin(agents, eq(agents.id, sessions.agent_id))
    .innerJoin(agent_versions, and(eq(agent_versions.id, version_id), eq(agent_versions.agent_id, agents.id)))
    .where(and(eq(sessions.workspace_id, workspace_id), eq(sessions.id, session_id)));
}

/** Makes the run the one that answers and takes the next sequence number; does nothing while another one does. */
export const claimSession = (db: Db, run: RunRow, now: number) =>
  db
    .update(sessions)
    .set({ active_run_id: run.id, active_run_until: run.lease_until, message_seq: sql`${sessions.message_seq} + 1`, updated_at: now })
    .where(
      and(
        eq(sessions.workspace_id, run.workspace_id),
        eq(sessions.id, run.session_id ?? ''),
        sql`(${sessions.active_run_id} is null or ${sessions.active_run_until} <= ${now})`,
      ),
    );

export const releaseSession = (db: Db, run: Pick<RunRow, 'id' | 'workspace_id' | 'session_id'>, now: number, newMessages: 0 | 1) =>
  db
    .update(sessions)
    .set({ active_run_id: null, active_run_until: 0, message_seq: sql`${sessions.message_seq} + ${newMessages}`, updated_at: now })
    .where(
      and(eq(sessions.workspace_id, run.workspace_id), eq(sessions.id, run.session_id ?? ''), sql`${sessions.active_run_id} = ${run.id}`),
    );

/**
 * A message with the sequence number that the session has reached, `ahead` of it, if the run holds
 * the session; otherwise `seq` is null, which the table refuses, and the whole batch with it.
 */
export const insertMessage = (db: Db, row: Omit<MessageRow, 'seq'>, ahead: 0 | 1) =>
  db.insert(messages).values({
    ...row,
    seq: sql`(select message_seq + ${ahead} from sessions where id = ${row.session_id} and active_run_id = ${row.run_id})`,
  });

export const insertRun = (db: Db, row: RunRow) => db.insert(runs).values(row);

/** Ends a run that is running, or changes nothing: it has ended once already. */
export const endRun = (db: Db, workspace_id: string, id: string, end: Partial<RunRow>) =>
  db
    .update(runs)
    .set(end)
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id), eq(runs.status, 'running')));

export const insertRunStep = (db: Db, row: RunStepRow) => db.insert(run_steps).values(row);

export const renewRun = (db: Db, run: Pick<RunRow, 'id' | 'workspace_id' | 'session_id'>, until: number): Statement[] => [
  db
    .update(runs)
    .set({ lease_until: until })
    .where(and(eq(runs.workspace_id, run.workspace_id), eq(runs.id, run.id), eq(runs.status, 'running'))),
  db
    .update(sessions)
    .set({ active_run_until: until })
    .where(
      and(eq(sessions.workspace_id, run.workspace_id), eq(sessions.id, run.session_id ?? ''), sql`${sessions.active_run_id} = ${run.id}`),
    ),
];

export const selectRun = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(runs)
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id)));

/** Of the messages of a session that are before a sequence number, the runs that made them. */
export const selectRunsOfMessages = (db: Db, workspace_id: string, session_id: string, before: number | null, limit: number) =>
  db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.workspace_id, workspace_id),
        sql`${runs.id} in (select run_id from messages where session_id = ${session_id}
          and (${before} is null or seq < ${before}) order by seq desc limit ${limit})`,
      ),
    );

export const selectRunSteps = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(run_steps)
    .where(and(eq(run_steps.workspace_id, workspace_id), eq(run_steps.run_id, run_id)))
    .orderBy(asc(run_steps.ordinal));

export const selectMessagesOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(messages)
    .where(and(eq(messages.workspace_id, workspace_id), eq(messages.run_id, run_id)))
    .orderBy(asc(messages.seq));

/** Runs of any workspace whose host has not been heard of since `now`. */
export const selectLostRuns = (db: Db, now: number, limit: number) =>
  db
    .select()
    .from(runs)
    .where(and(eq(runs.status, 'running'), lte(runs.lease_until, now)))
    .orderBy(asc(runs.lease_until))
    .limit(limit);
