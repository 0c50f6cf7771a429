import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Db, Statement } from '../../db/client.ts';
import { attachments, messages, session_summaries, sessions } from '../../db/schema/sessions.ts';
import { nextIndexNumber } from '../search/index-store.ts';
import type { SessionRow } from '../store/sessions.ts';
import { idsOfPath } from './messages-store.ts';

/** The branch up to and including a message, in order. */
export const selectBranchIds = (db: Db, session_id: string, message_id: string, limit: number) =>
  db.all<{ id: string }>(
    sql`select m.id from messages m where m.id in (${idsOfPath(session_id, message_id, limit)}) order by m.depth`,
  );

export interface CarriedFile {
  readonly id: string;
  readonly message_id: string;
}

/**
 * The files of the messages of a branch, each with every message that it was sent with, in order.
 */
export const selectCarriedFiles = (db: Db, session_id: string, message_id: string, limit: number) =>
  db.all<CarriedFile>(sql`
    select f.value ->> 'id' as id, f.value ->> 'message_id' as message_id
    from messages m, json_each(m.attachments) f where m.id in (${idsOfPath(session_id, message_id, limit)})
    group by 1, 2 order by min(m.depth)`);

/**
 * Inserts a session that waits to be indexed. Violates `sessions.agent_id` when the original
 * session no longer exists.
 */
export const insertFork = (db: Db, row: SessionRow, from: string) =>
  db.insert(sessions).values({
    ...row,
    agent_id: sql`(select s.agent_id from sessions s where s.id = ${from} and s.workspace_id = ${row.workspace_id})`,
    index_number: sql`-${nextIndexNumber}`,
  });

/** Copies the rows of `table` that `from` finds as `alias`, with some columns replaced. */
function copyRows(
  db: Db,
  table: SQLiteTable,
  name: string,
  alias: string,
  own: Readonly<Record<string, SQL>>,
  from: SQL,
): Statement {
  const columns = Object.keys(getTableColumns(table));
  const values = columns.map((column) => own[column] ?? sql.raw(`${alias}.${column}`));
  return db.run(
    sql`insert into ${sql.raw(name)} (${sql.raw(columns.join(', '))}) select ${sql.join(values, sql`, `)} from ${from}`,
  );
}

/**
 * `ids` maps each message's old id to its new one, in order; `names` has the new ids of files and
 * of the messages they were sent with.
 */
export interface Copies {
  readonly ids: readonly (readonly [string, string])[];
  readonly names: Readonly<Record<string, string>>;
  /** The old and the new id of each file, and the new message that it was first sent with. */
  readonly files: readonly (readonly [string, string, string])[];
}

export function copyMessages(
  db: Db,
  workspace_id: string,
  session_id: string,
  { ids, names }: Copies,
): Statement {
  const rows = ids.map(([from, to], index) => [from, to, ids[index - 1]?.[1] ?? null]);
  const renamed = sql`(select json_group_array(json_set(f.value, '$.id', ${nameOf('id', names)}, '$.message_id', ${nameOf('message_id', names)}))
    from json_each(m.attachments) f)`;
  const own = {
    id: sql`j.value ->> 1`,
    session_id: sql`${session_id}`,
    seq: sql`j.key + 1`,
    parent_id: sql`j.value ->> 2`,
    depth: sql`j.key + 1`,
    ...(Object.keys(names).length === 0 ? {} : { attachments: renamed }),
  };
  const from = sql`json_each(${JSON.stringify(rows)}) j join messages m on m.id = j.value ->> 0 and m.workspace_id = ${workspace_id}`;
  return copyRows(db, messages, 'messages', 'm', own, from);
}

const nameOf = (field: 'id' | 'message_id', names: Copies['names']) =>
  sql`json_extract(${JSON.stringify(names)}, '$.' || (f.value ->> ${field}))`;

/** Only rows are copied: both refer to the same object, which exists as long as one of them. */
export function copyAttachments(
  db: Db,
  workspace_id: string,
  session_id: string,
  { files }: Copies,
): Statement {
  const own = {
    id: sql`j.value ->> 1`,
    session_id: sql`${session_id}`,
    message_id: sql`j.value ->> 2`,
  };
  const from = sql`json_each(${JSON.stringify(files)}) j join attachments a on a.id = j.value ->> 0 and a.workspace_id = ${workspace_id}`;
  return copyRows(db, attachments, 'attachments', 'a', own, from);
}

/** The newest summary that ends with a copied message. */
export function copySummary(
  db: Db,
  workspace_id: string,
  session_id: string,
  from: string,
  id: string,
  { ids }: Copies,
): Statement {
  const own = {
    id: sql`${id}`,
    session_id: sql`${session_id}`,
    version: sql`1`,
    covers_message_id: sql`j.value ->> 1`,
  };
  const rows = sql`json_each(${JSON.stringify(ids)}) j join session_summaries y on y.covers_message_id = j.value ->> 0
    where y.session_id = ${from} and y.workspace_id = ${workspace_id} order by y.version desc limit 1`;
  return copyRows(db, session_summaries, 'session_summaries', 'y', own, rows);
}
