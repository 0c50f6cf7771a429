import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  isNotNull,
  isNull,
  lt,
  type SQL,
  sql,
} from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db, Statement } from '../../db/client.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';
import { namedAgent } from '../../runs/index.ts';
import { indexedText, matchAll, stemOf } from './words.ts';

/**
 * The keyword index of titles and messages, `messages_fts`, keeps no text. A row's id is the session's
 * `index_number` times 2^20 plus the message's `seq`, 0 for the title: what a row is of follows from
 * indexes that are there anyway, and the rows of a session lie together, newest session last.
 */
const rowsOfSession = 2 ** 20;
const rowsFrom = (number: SQL) => sql`(${number} * ${sql.raw(String(rowsOfSession))})`;

/** What a row may be found by besides its words: its agent and its end user, each as one word. */
const scopeOf = (session: string) =>
  sql.raw(`substr(${session}.agent_id, 5) || coalesce(' u' || hex(${session}.end_user_id), '')`);

/**
 * The number of a new session; to be taken in the statement that writes it. Those below zero are of
 * sessions that wait to be indexed, and theirs with the sign turned. What an erased session had may come again.
 */
export const nextIndexNumber = sql<number>`(select 1 + max(coalesce((select max(index_number) from sessions), 0), coalesce((select -min(index_number) from sessions), 0)))`;

export interface IndexedMessage {
  readonly id: string;
  readonly text: string;
}

/** Makes messages found that the same batch has written. Of a session without a number nothing is. */
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

/** Makes a session found by the title that the same batch has given it, or by none; does nothing where it has got another. */
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

/** Nothing of the session is found any more. Goes before the session itself. */
export function unindexSession(db: Db, workspace_id: string, session_id: string): Statement {
  const number = sql`(select s.index_number from sessions s where s.id = ${session_id} and s.workspace_id = ${workspace_id})`;
  return db.run(
    sql`delete from messages_fts where rowid >= ${rowsFrom(number)} and rowid < ${rowsFrom(sql`(${number} + 1)`)}`,
  );
}

/** Sessions from before the index, or whose rows were lost; the newest first. */
export const selectUnindexed = (db: Db, limit: number) =>
  db
    .select()
    .from(sessions)
    .where(lt(sessions.index_number, 0))
    .orderBy(asc(sessions.index_number))
    .limit(limit);

/** Takes a session for indexed, unless it has got messages since it was read. Those of the same batch follow it. */
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

/** Messages of any branch, in order. */
export const selectTexts = (db: Db, session_id: string, after: number, limit: number) =>
  db
    .select({ id: messages.id, seq: messages.seq, text: messages.text })
    .from(messages)
    .where(and(eq(messages.session_id, session_id), gt(messages.seq, after)))
    .orderBy(asc(messages.seq))
    .limit(limit);

export interface SessionFilter {
  /** Id or slug; null for all. */
  readonly agent: string | null;
  /** The agents that may be seen; null for all. */
  readonly only: readonly string[] | null;
  readonly end_user_id?: string | undefined;
  readonly created_by?: string | undefined;
  readonly archived: boolean;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Sessions with a run that all three are true of. */
  readonly version?: string | undefined;
  readonly run_status?: string | undefined;
  readonly finish_reason?: string | undefined;
  /** Sessions with an answer that is rated so; `any` for rated at all. */
  readonly feedback?: string | undefined;
}

/** Which sessions are listed. */
function passes(workspace_id: string, filter: SessionFilter): SQL | undefined {
  return and(
    eq(sessions.workspace_id, workspace_id),
    filter.agent === null
      ? undefined
      : sql`${sessions.agent_id} = ${namedAgent(workspace_id, filter.agent)}`,
    filter.only === null
      ? undefined
      : sql`${sessions.agent_id} in (select value from json_each(${JSON.stringify(filter.only)}))`,
    filter.archived ? isNotNull(sessions.archived_at) : isNull(sessions.archived_at),
    filter.end_user_id === undefined ? undefined : eq(sessions.end_user_id, filter.end_user_id),
    filter.created_by === undefined ? undefined : eq(sessions.created_by, filter.created_by),
    filter.from === undefined ? undefined : gte(sessions.created_at, filter.from),
    filter.to === undefined ? undefined : lt(sessions.created_at, filter.to),
    hasRun(workspace_id, filter),
    hasFeedback(filter),
  );
}

function hasRun(
  workspace_id: string,
  { version, run_status, finish_reason }: SessionFilter,
): SQL | undefined {
  if (version === undefined && run_status === undefined && finish_reason === undefined)
    return undefined;
  const conditions = and(
    sql`r.workspace_id = ${workspace_id} and r.session_id = ${sessions.id}`,
    version === undefined
      ? undefined
      : sql`r.version_id = ${chooseVersion(sql`${sessions.agent_id}`, version)}`,
    run_status === undefined ? undefined : sql`r.status = ${run_status}`,
    finish_reason === undefined ? undefined : sql`r.finish_reason = ${finish_reason}`,
  );
  return sql`exists (select 1 from runs r where ${conditions})`;
}

function hasFeedback({ feedback }: SessionFilter): SQL | undefined {
  if (feedback === undefined) return undefined;
  const isSo = feedback === 'any' ? sql`` : sql` and f.rating = ${feedback}`;
  return sql`exists (select 1 from feedback f where f.session_id = ${sessions.id}${isSo})`;
}

/** Newest first; `after` is the id of the last one seen. */
export const selectSessions = (
  db: Db,
  workspace_id: string,
  filter: SessionFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(sessions)
    .where(and(passes(workspace_id, filter), after === null ? undefined : lt(sessions.id, after)))
    .orderBy(desc(sessions.id))
    .limit(limit);

/** A message or title that a query was found in; `text` of a long message is the part around the first word. */
export interface HitRow {
  readonly seq: number;
  readonly message_id: string | null;
  readonly role: 'user' | 'assistant' | null;
  readonly text: string | null;
  /** Of `text` in the message, from 1. */
  readonly at: number;
  readonly created_at: number | null;
}

/** Hits that a session shows. */
const maxHits = 3;
/** Characters of a message that are looked through for a snippet. */
const shownText = 4000;

/**
 * The sessions in which a title or a message has all of the words, newest first; `after` is the number
 * of the last one seen. `is_wordless`: in titles of persons alone, since any other hit tells what was said.
 */
export function searchSessions(
  db: Db,
  workspace_id: string,
  filter: SessionFilter,
  query: { readonly words: readonly string[]; readonly is_wordless: boolean },
  after: number | null,
  limit: number,
) {
  const match = matchOf(
    workspace_id,
    filter,
    matchAll(query.words, query.is_wordless ? ['title'] : ['title', 'body']),
  );
  const before =
    after === null ? sql`` : sql` and rowid < ${rowsFrom(sql`cast(${after} as integer)`)}`;
  const found = sql`(select rowid / ${sql.raw(String(rowsOfSession))} as number, count(*) as hits
    from messages_fts where messages_fts match ${match}${before} group by 1)`;
  return db
    .select({
      ...getTableColumns(sessions),
      hit_count: sql<number>`found.hits`.as('hit_count'),
      hits: sql<string>`${hitsOf(match, query.words)}`.as('hits'),
    })
    .from(sql`${found} found`)
    .crossJoin(sessions)
    .where(
      and(
        sql`${sessions.index_number} = found.number`,
        passes(workspace_id, filter),
        isWordless(query),
      ),
    )
    .orderBy(sql`found.number desc`)
    .limit(limit);
}

const isWordless = ({ is_wordless }: { readonly is_wordless: boolean }) =>
  is_wordless ? eq(sessions.titled_by, 'person') : undefined;

/** The index cuts off all other agents and end users by itself. */
function matchOf(
  workspace_id: string,
  { agent, only, end_user_id }: SessionFilter,
  expression: string,
): SQL {
  const user =
    end_user_id === undefined ? sql`` : sql` || ' AND scope : "u' || hex(${end_user_id}) || '"'`;
  const covered =
    only === null
      ? sql``
      : sql` and a.id in (select value from json_each(${JSON.stringify(only)}))`;
  const agents =
    agent === null
      ? sql`(select group_concat('"' || substr(a.id, 5) || '"', ' OR ') from agents a where a.workspace_id = ${workspace_id}${covered})`
      : sql`'"' || substr(${namedAgent(workspace_id, agent)}, 5) || '"'`;
  return sql`('scope : (' || coalesce(${agents}, '"none"') || ')'${user} || ' AND ' || ${expression})`;
}

/** The title first, then the earliest messages, as JSON. */
function hitsOf(match: SQL, words: readonly string[]): SQL {
  const size = sql.raw(String(rowsOfSession));
  const stems = JSON.stringify(words.map(stemOf));
  const at = sql`case when length(m.text) <= ${shownText} then 1 else
    max(1, coalesce((select min(nullif(instr(lower(m.text), t.value), 0)) from json_each(${stems}) t), 1) - 200) end`;
  return sql`(select json_group_array(json_object('seq', h.seq, 'message_id', m.id, 'role', m.role, 'text', substr(m.text, ${at}, ${shownText}),
      'at', ${at}, 'created_at', m.created_at))
    from (select rowid % ${size} as seq from messages_fts where messages_fts match ${match}
      and rowid >= ${sessions.index_number} * ${size} and rowid < (${sessions.index_number} + 1) * ${size} order by rowid limit ${maxHits}) h
    left join messages m on m.session_id = ${sessions.id} and m.seq = h.seq)`;
}
