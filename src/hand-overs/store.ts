import { and, eq, getTableColumns, gt, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db, Statement } from '../db/client.ts';
import { hand_overs } from '../db/schema/hand-overs.ts';
import { sessions } from '../db/schema/sessions.ts';

export type HandOverRow = typeof hand_overs.$inferSelect;

const openOf = (workspace_id: string, session_id: string) =>
  and(
    eq(hand_overs.workspace_id, workspace_id),
    eq(hand_overs.session_id, session_id),
    isNull(hand_overs.ended_at),
  );

/** The hand-over of a session that is open. */
export const selectHandOver = (db: Db, workspace_id: string, session_id: string) =>
  db.select().from(hand_overs).where(openOf(workspace_id, session_id));

/** Marks the session as handled by a person, if the agent handles it and it is not archived. */
export const takeFromAgent = (db: Db, workspace_id: string, session_id: string, now: number) =>
  db
    .update(sessions)
    .set({ handled_by: 'human', updated_at: now })
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        eq(sessions.id, session_id),
        eq(sessions.handled_by, 'agent'),
        isNull(sessions.archived_at),
      ),
    )
    .returning({ id: sessions.id });

const columns = Object.keys(getTableColumns(hand_overs)) as (keyof HandOverRow)[];

/** Inserts the hand-over of a session that the same batch has marked. Does nothing while one is open. */
export const insertHandOver = (db: Db, row: HandOverRow): Statement<HandOverRow[]> =>
  db
    .insert(hand_overs)
    .select(
      sql`select ${sql.join(
        columns.map((name) => sql`${row[name]}`),
        sql`, `,
      )} from sessions s where s.id = ${row.session_id} and s.workspace_id = ${row.workspace_id} and s.handled_by = 'human'`,
    )
    .onConflictDoNothing()
    .returning() as unknown as Statement<HandOverRow[]>;

/** Counts a message of the end user, and opens a closed hand-over again. */
export const noteQuestion = (db: Db, workspace_id: string, session_id: string, now: number) =>
  db
    .update(hand_overs)
    .set({
      unread_count: sql`${hand_overs.unread_count} + 1`,
      waiting_since: sql`coalesce(${hand_overs.waiting_since}, ${now})`,
      closed_at: null,
      updated_at: now,
    })
    .where(openOf(workspace_id, session_id));

/** A reply answers everything before it. */
export const noteReply = (db: Db, workspace_id: string, session_id: string, now: number) =>
  db
    .update(hand_overs)
    .set({ unread_count: 0, waiting_since: null, updated_at: now })
    .where(openOf(workspace_id, session_id));

export const updateHandOver = (
  db: Db,
  workspace_id: string,
  session_id: string,
  changes: Partial<HandOverRow>,
) => db.update(hand_overs).set(changes).where(openOf(workspace_id, session_id)).returning();

/** Ends the open hand-over, and gives the session back to the agent with a note. */
export const endHandOver = (
  db: Db,
  { workspace_id, session_id }: Pick<HandOverRow, 'workspace_id' | 'session_id'>,
  ended: Pick<HandOverRow, 'summary' | 'ended_by'> & { readonly now: number },
) => {
  const { summary, ended_by, now } = ended;
  return [
    db
      .update(hand_overs)
      .set({
        ...{ summary, ended_by, ended_at: now, updated_at: now },
        ...{ unread_count: 0, waiting_since: null },
      })
      .where(openOf(workspace_id, session_id))
      .returning(),
    db
      .update(sessions)
      .set({ handled_by: 'agent', hand_back_note: summary, updated_at: now })
      .where(
        and(
          eq(sessions.workspace_id, workspace_id),
          eq(sessions.id, session_id),
          eq(sessions.handled_by, 'human'),
        ),
      )
      .returning(),
  ] as const;
};

/** Drops the summaries of the hand-overs of a session, and what the agent has written when it requested one. */
export const dropNotes = (db: Db, workspace_id: string, session_id: string) => {
  const { requested_by } = hand_overs;
  return db
    .update(hand_overs)
    .set({
      summary: null,
      reason: sql`iif(${requested_by} = 'agent', null, ${hand_overs.reason})`,
      note: sql`iif(${requested_by} = 'agent', null, ${hand_overs.note})`,
    })
    .where(and(eq(hand_overs.workspace_id, workspace_id), eq(hand_overs.session_id, session_id)));
};

interface InboxFilter {
  readonly agent_id?: string | undefined;
  /** The agents that the caller's key is limited to; null for all. */
  readonly agent_ids: readonly string[] | null;
  readonly assigned_to?: string | undefined;
  readonly is_unread?: boolean | undefined;
  /** Undefined for both. */
  readonly is_closed?: boolean;
  readonly session_id?: string;
}

/** Open hand-overs, oldest first, with their sessions and the newest message. */
export const selectInbox = (
  db: Db,
  workspace_id: string,
  { agent_id, agent_ids, assigned_to, is_unread, is_closed, session_id }: InboxFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select({
      row: hand_overs,
      title: sessions.title,
      titled_by: sessions.titled_by,
      last_text: sql<
        string | null
      >`(select substr(m.text, 1, 300) from messages m where m.id = ${sessions.head_id})`,
      last_role: sql<
        'user' | 'assistant' | null
      >`(select m.role from messages m where m.id = ${sessions.head_id})`,
      message_count: sessions.message_seq,
    })
    .from(hand_overs)
    .innerJoin(sessions, eq(sessions.id, hand_overs.session_id))
    .where(
      and(
        eq(hand_overs.workspace_id, workspace_id),
        isNull(hand_overs.ended_at),
        session_id === undefined ? undefined : eq(hand_overs.session_id, session_id),
        is_closed === undefined
          ? undefined
          : is_closed
            ? isNotNull(hand_overs.closed_at)
            : isNull(hand_overs.closed_at),
        agent_id === undefined ? undefined : eq(hand_overs.agent_id, agent_id),
        agent_ids === null
          ? undefined
          : sql`${hand_overs.agent_id} in (select value from json_each(${JSON.stringify(agent_ids)}))`,
        assigned_to === undefined
          ? undefined
          : assigned_to === ''
            ? isNull(hand_overs.assigned_to)
            : eq(hand_overs.assigned_to, assigned_to),
        is_unread === undefined
          ? undefined
          : is_unread
            ? gt(hand_overs.unread_count, 0)
            : eq(hand_overs.unread_count, 0),
        after === null ? undefined : gt(hand_overs.id, after),
      ),
    )
    .orderBy(hand_overs.id)
    .limit(limit);
