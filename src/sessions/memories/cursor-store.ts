import { type AnyColumn, and, eq, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { memory_cursors } from '../../db/schema/memories.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';

/** Facts of an end user, as far as the caller may see them. */
export interface ForgetFilter {
  readonly end_user_id: string;
  readonly agent_id?: string | undefined;
  /** The agents that the caller may see; undefined for all. */
  readonly agent_ids?: readonly string[] | undefined;
  /** Whoever must have created it; undefined for anyone. */
  readonly created_by?: string | undefined;
}

/** Matches one of the agents. */
export const isAmong = (column: AnyColumn, agent_ids: readonly string[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(agent_ids)}))`;

/** How far a session was searched for facts. */
export const selectCursor = (db: Db, workspace_id: string, session_id: string) =>
  db
    .select({ seq: memory_cursors.seq })
    .from(memory_cursors)
    .where(
      and(eq(memory_cursors.workspace_id, workspace_id), eq(memory_cursors.session_id, session_id)),
    );

/** Matches messages of turns whose version remembers, other than previews, and messages to a person, which have no run. */
const isRemembered = sql`not exists (select 1 from runs r left join agent_versions v on v.id = r.version_id
  where r.id = ${messages.run_id} and (r.is_preview = 1 or coalesce(v.config ->> '$.memory.remember', 0) = 0))`;

/** Messages of the end user that are to be searched in a session after one message, up to another. */
export const selectUnread = (
  db: Db,
  workspace_id: string,
  session_id: string,
  after: number,
  upTo: number,
  limit: number,
) =>
  db
    .select({ id: messages.id, seq: messages.seq, text: messages.text })
    .from(messages)
    .where(
      and(
        eq(messages.session_id, session_id),
        sql`${messages.seq} > ${after} and ${messages.seq} <= ${upTo}`,
        eq(messages.role, 'user'),
        eq(messages.workspace_id, workspace_id),
        sql`${messages.text} <> ''`,
        isRemembered,
      ),
    )
    .orderBy(messages.seq)
    .limit(limit);

/** True in a batch while the session was searched no further than when the batch was made. */
export const isAt = (session_id: string, seq: number): SQL =>
  sql`coalesce((select seq from memory_cursors where session_id = ${session_id}), 0) = ${seq}`;

/** Marks a session as searched up to a message. */
export const advanceCursor = (
  db: Db,
  workspace_id: string,
  session_id: string,
  from: number,
  to: number,
): Statement =>
  db.run(sql`insert into memory_cursors (session_id, workspace_id, seq)
    select ${session_id}, ${workspace_id}, ${to} where exists (select 1 from sessions where id = ${session_id} and workspace_id = ${workspace_id})
    on conflict (session_id) do update set seq = excluded.seq where seq = ${from}`);

/** Marks a session as searched up to a message, unless it was searched further, so that no job finds facts in what it has. */
export const skipMessages = (
  db: Db,
  workspace_id: string,
  session_id: string,
  upTo: number,
): Statement =>
  db.run(sql`insert into memory_cursors (session_id, workspace_id, seq) values (${session_id}, ${workspace_id}, ${upTo})
    on conflict (session_id) do update set seq = max(seq, excluded.seq)`);

/** The same for everything in the sessions of an end user. */
export const skipSessions = (
  db: Db,
  workspace_id: string,
  { end_user_id, agent_id, agent_ids, created_by }: ForgetFilter,
): Statement => {
  const filter = and(
    eq(sessions.workspace_id, workspace_id),
    eq(sessions.end_user_id, end_user_id),
    agent_id === undefined ? undefined : eq(sessions.agent_id, agent_id),
    agent_ids === undefined ? undefined : isAmong(sessions.agent_id, agent_ids),
    created_by === undefined ? undefined : eq(sessions.created_by, created_by),
  );
  return db.run(sql`insert into memory_cursors (session_id, workspace_id, seq)
    select id, workspace_id, message_seq from sessions where ${filter}
    on conflict (session_id) do update set seq = max(seq, excluded.seq)`);
};
