import { and, asc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';
import { indexedText } from './words.ts';

/**
 * The keyword index of titles and messages, `messages_fts`, keeps no text. A row's id is the
 * session's `index_number` times 2^20 plus the message's `seq`, 0 for the title. The session and
 * message of a row thus follow from existing indexes, and the rows of a session are adjacent,
 * newest session last.
 */
export const rowsOfSession = 2 ** 20;
export const rowsFrom = (number: SQL) => sql`(${number} * ${sql.raw(String(rowsOfSession))})`;

/** The terms of a row besides its words: its agent and its end user, one term each. */
const scopeOf = (session: string) =>
  sql.raw(`substr(${session}.agent_id, 5) || coalesce(' u' || hex(${session}.end_user_id), '')`);

/**
 * The number of a new session, computed in the statement that inserts it. Negative numbers belong
 * to sessions that wait to be indexed and turn positive then. The number of an erased session may
 * be used again.
 */
export const nextIndexNumber = sql<number>`(select 1 + max(coalesce((select max(index_number) from sessions), 0), coalesce((select -min(index_number) from sessions), 0)))`;

export interface IndexedMessage {
  readonly id: string;
  readonly text: string;
}

/**
 * Indexes messages that the same batch has inserted. Does nothing for a session without a number.
 */
export function indexMessages(db: Db, rows: readonly IndexedMessage[]): Statement[] {
  if (rows.length === 0) return [];
  const words = JSON.stringify(rows.map(({ id, text }) => ({ id, text: indexedText(text) })));
  const statement = db.run(sql`
    insert or replace into messages_fts (rowid, scope, title, body)
    select ${rowsFrom(sql`s.index_number`)} + m.seq, ${scopeOf('s')}, '', j.value ->> 'text'
    from json_each(${words}) j join messages m on m.id = j.value ->> 'id' join sessions s on s.id = m.session_id
    where s.index_number > 0`);
  return [statement];
}

/**
 * Indexes the title that the same batch has set, or removed; does nothing when the session has
 * another title.
 */
export function indexTitle(
  db: Db,
  workspace_id: string,
  session_id: string,
  title: string | null,
): Statement[] {
  const row = rowsFrom(sql`s.index_number`);
  const own = sql`from sessions s where s.id = ${session_id} and s.workspace_id = ${workspace_id} and s.index_number > 0 and s.title is ${title}`;
  if (title === null)
    return [db.run(sql`delete from messages_fts where rowid = (select ${row} ${own})`)];
  const statement = db.run(sql`
    insert or replace into messages_fts (rowid, scope, title, body) select ${row}, ${scopeOf('s')}, ${indexedText(title)}, '' ${own}`);
  return [statement];
}

/** Removes the session from the index. Must precede the deletion of the session. */
export function unindexSession(db: Db, workspace_id: string, session_id: string): Statement {
  const number = sql`(select s.index_number from sessions s where s.id = ${session_id} and s.workspace_id = ${workspace_id})`;
  return db.run(
    sql`delete from messages_fts where rowid >= ${rowsFrom(number)} and rowid < ${rowsFrom(sql`(${number} + 1)`)}`,
  );
}

/** Sessions that are older than the index, or whose rows were lost; newest first. */
export const selectUnindexed = (db: Db, limit: number) =>
  db
    .select()
    .from(sessions)
    .where(lt(sessions.index_number, 0))
    .orderBy(asc(sessions.index_number))
    .limit(limit);

/**
 * Marks a session as indexed, unless messages were added since it was read. Those of the same batch
 * come later.
 */
export const markIndexed = (
  db: Db,
  session: { readonly id: string; readonly message_seq: number },
) =>
  db
    .update(sessions)
    .set({ index_number: sql`-${sessions.index_number}` })
    .where(
      and(
        eq(sessions.id, session.id),
        lt(sessions.index_number, 0),
        eq(sessions.message_seq, session.message_seq),
      ),
    );

/** Messages of all branches, in order. */
export const selectTexts = (db: Db, session_id: string, after: number, limit: number) =>
  db
    .select({ id: messages.id, seq: messages.seq, text: messages.text })
    .from(messages)
    .where(and(eq(messages.session_id, session_id), gt(messages.seq, after)))
    .orderBy(asc(messages.seq))
    .limit(limit);
