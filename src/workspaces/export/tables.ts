import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { excludedTables } from './excluded.ts';

/**
 * Returns the tables of the database with rows of a workspace, without the excluded ones, in the order of their names: `workspaces`
 * itself and each with a column `workspace_id`. A new table is thus exported unless it is excluded.
 */
export async function exportedTables(db: Db): Promise<readonly string[]> {
  const rows = await db.all<{ name: string }>(sql`
    select name from sqlite_master where type = 'table' and sql not like 'create virtual%'
      and (name = 'workspaces' or sql like '%\`workspace_id\`%' or sql like '%workspace_id text%') order by name`);
  return rows.map(({ name }) => name).filter((name) => !Object.hasOwn(excludedTables, name));
}

interface ExportedRow {
  readonly [column: string]: unknown;
}

interface NumberedRow extends ExportedRow {
  readonly 'row number': number;
}

/**
 * Reads rows of a workspace in the order of their numbers. The index on the workspace is not used: it would sort all of its rows for
 * every page.
 */
export const selectPage = (
  db: Db,
  table: string,
  workspace_id: string,
  after: number,
  limit: number,
): Promise<NumberedRow[]> =>
  db.all<NumberedRow>(sql`
    select rowid as "row number", t.* from ${sql.raw(`"${table}"`)} t
    where ${sql.raw(table === 'workspaces' ? '+id' : '+workspace_id')} = ${workspace_id} and rowid > cast(${after} as integer)
    order by rowid limit cast(${limit} as integer)`);

/** The name of the last migration, from which the columns of the tables follow. */
export async function schemaVersion(db: Db): Promise<string | null> {
  const [row] = await db.all<{ name: string }>(
    sql`select name from d1_migrations order by id desc limit 1`,
  );
  return row?.name ?? null;
}
