import { and, desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Db } from '../db/client.ts';
import { end_users } from '../db/schema/end-users.ts';
import { tombstones } from '../identity/index.ts';

export interface EndUserFilter {
  readonly q?: string | undefined;
  readonly sort: 'last_seen' | 'cost';
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const isPerson = sql`${end_users.id} not glob ${tombstones}`;

export const selectEndUser = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(end_users)
    .where(and(eq(end_users.workspace_id, workspace_id), eq(end_users.id, id), isPerson));

/** Selects end users in the order of `sort`, from a position of `positionOf` on. */
export function selectEndUsers(
  db: Db,
  workspace_id: string,
  { q, sort, from, to }: EndUserFilter,
  after: string | null,
  limit: number,
) {
  const column = sort === 'cost' ? end_users.spent_nano_usd : end_users.last_seen_at;
  return db
    .select()
    .from(end_users)
    .where(
      and(
        eq(end_users.workspace_id, workspace_id),
        isPerson,
        q === undefined ? undefined : startsWith(q),
        from === undefined ? undefined : gte(end_users.last_seen_at, from),
        to === undefined ? undefined : lt(end_users.last_seen_at, to),
        after === null ? undefined : isBehind(column, after),
      ),
    )
    .orderBy(desc(column), desc(end_users.id))
    .limit(limit);
}

/** Ids are ASCII, so that those with a beginning are between it and its last successor. */
const startsWith = (text: string): SQL =>
  sql`${end_users.id} >= ${text} and ${end_users.id} < ${`${text}\u007f`}`;

function isBehind(column: SQLiteColumn, position: string): SQL {
  const at = position.indexOf(' ');
  const [value, id] = [Number(position.slice(0, at)), position.slice(at + 1)];
  return sql`(${column}, ${end_users.id}) < (cast(${value} as integer), ${id})`;
}
