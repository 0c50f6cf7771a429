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
 * The keyword index of titles and messages, `messages_fts`, keeps no text. A row's id is the
 * session's `index_number` times 2^20 plus the message's `seq`, 0 for the title. The session and
 * message of a row thus follow from existing indexes, and the rows of a session are adjacent,
 * newest session last.
 */
export const rowsOfSession = 2 ** 20;
const rowsFrom = (number: SQL) => sql`(${number} * ${sql.raw(String(rowsOfSession))})`;

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

export interface SessionFilter {
  /** Id or slug; null for all agents. */
  readonly agent: string | null;
  /** Ids of the agents that the caller may see; null for all. */
  readonly only: readonly string[] | null;
  readonly end_user_id?: string | undefined;
  readonly created_by?: string | undefined;
  readonly archived: boolean;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Sessions with one run that matches all filters given. */
  readonly version?: string | undefined;
  readonly run_status?: string | undefined;
  readonly finish_reason?: string | undefined;
  /** Sessions with an answer of this rating; `any` for any rating. */
  readonly feedback?: string | undefined;
}

/** The filters of a list of sessions. */
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

/** Sessions, newest first; `after` is the id of the last one of the page before. */
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

/**
 * A message or title that matches a query; `text` of a long message is the part around the first
 * word.
 */
export interface HitRow {
  readonly seq: number;
  readonly message_id: string | null;
  readonly role: 'user' | 'assistant' | null;
  readonly text: string | null;
  /** Position of `text` in the message, from 1. */
  readonly at: number;
  readonly created_at: number | null;
}

/** Maximum hits shown per session. */
const maxHits = 3;
/** Characters of a message that are searched for a snippet. */
const shownText = 4000;

/**
 * Sessions with a title or a message that contains all of the words, newest first; `after` is the
 * number of the last one of the page before. `is_wordless` searches only titles set by persons,
 * since any other hit reveals the content of messages.
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

/** The index itself excludes all other agents and end users. */
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
