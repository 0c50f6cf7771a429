import {
  and,
  desc,
  eq,
  getTableColumns,
  gte,
  isNotNull,
  isNull,
  lt,
  type SQL,
  sql,
} from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db } from '../../db/client.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { namedAgent } from '../../runs/index.ts';
import { rowsFrom, rowsOfSession } from './index-store.ts';
import { matchAll, stemOf } from './words.ts';

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
  readonly coverage?: string | undefined;
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
  { version, run_status, finish_reason, coverage }: SessionFilter,
): SQL | undefined {
  if ([version, run_status, finish_reason, coverage].every((one) => one === undefined))
    return undefined;
  const conditions = and(
    sql`r.workspace_id = ${workspace_id} and r.session_id = ${sessions.id}`,
    version === undefined
      ? undefined
      : sql`r.version_id = ${chooseVersion(sql`${sessions.agent_id}`, version)}`,
    run_status === undefined ? undefined : sql`r.status = ${run_status}`,
    finish_reason === undefined ? undefined : sql`r.finish_reason = ${finish_reason}`,
    coverage === undefined ? undefined : sql`r.coverage = ${coverage}`,
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
