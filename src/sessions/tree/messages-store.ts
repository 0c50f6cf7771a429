import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { runs } from '../../db/schema/runs.ts';
import { messages } from '../../db/schema/sessions.ts';

/** The ids of a branch, from the message `from` up: at most `limit`. */
export const idsOfPath = (session_id: string, from: SQL | string, limit: number): SQL => sql`
  with recursive path as (
    select m.id, m.parent_id, 1 as step from messages m where m.id = ${from} and m.session_id = ${session_id}
    union all select m.id, m.parent_id, path.step + 1 from path join messages m on m.id = path.parent_id where path.step < ${limit}
  ) select id from path`;

/** The ids of messages of all branches, newest before `before` first. */
export const idsBefore = (session_id: string, before: number | null, limit: number): SQL => sql`
  select m.id from messages m where m.session_id = ${session_id} and m.seq < ${before ?? Number.MAX_SAFE_INTEGER} order by m.seq desc limit ${limit}`;

/** Messages of all branches, newest before `before` first. */
export const selectMessagesBefore = (
  db: Db,
  workspace_id: string,
  session_id: string,
  before: number | null,
  limit: number,
) =>
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

/** The runs that produced some messages, given as a query for their ids. */
export const selectRunsOf = (db: Db, workspace_id: string, ids: SQL) =>
  db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.workspace_id, workspace_id),
        sql`${runs.id} in (select m.run_id from messages m where m.id in (${ids}))`,
      ),
    );

export interface SiblingsRow {
  readonly id: string;
  readonly position: number;
  readonly count: number;
  readonly previous_id: string | null;
  readonly next_id: string | null;
}

/**
 * The positions of messages among their siblings. The index is named, since the planner would
 * otherwise scan the whole session in the order of `seq` for each message.
 */
export function selectSiblings(db: Db, workspace_id: string, session_id: string | SQL, ids: SQL) {
  const siblings = sql`from messages s indexed by messages_parent where s.session_id = ${session_id} and s.parent_id is p.parent_id`;
  return db.all<SiblingsRow>(sql`
    select p.id, (select count(*) ${siblings} and s.seq <= p.seq) as position, (select count(*) ${siblings}) as count,
      (select s.id ${siblings} and s.seq < p.seq order by s.seq desc limit 1) as previous_id,
      (select s.id ${siblings} and s.seq > p.seq order by s.seq limit 1) as next_id
    from messages p where p.workspace_id = ${workspace_id} and p.id in (${ids})`);
}
