import { env } from 'cloudflare:workers';
import { sha256 } from '../../src/shared/digest.ts';

let tableNames: string[] = [];

/** Tables with rows of workspaces, read from the database schema. */
export async function tenantTables(): Promise<string[]> {
  if (tableNames.length > 0) return tableNames;
  const { results } = await env.DB.prepare(
    `select name from sqlite_master where type = 'table' and sql like 'CREATE TABLE%' and (replace(sql, 'last_workspace_id', '') like '%workspace_id%' or name = 'workspaces') order by name`,
  ).all<{ name: string }>();
  tableNames = results.map(({ name }) => name);
  return tableNames;
}

/** A hash of every row of a workspace, by table: equal hashes mean that nothing changed. */
export async function hashRows(workspace_id: string): Promise<Record<string, string>> {
  const tables = await tenantTables();
  const rows = await env.DB.batch(
    tables.map((table) => {
      const column = table === 'workspaces' ? 'id' : 'workspace_id';
      return env.DB.prepare(`select * from ${table} where ${column} = ? order by 1, 2`).bind(
        workspace_id,
      );
    }),
  );
  const hashes = rows.map(
    async ({ results }, index) =>
      [tables[index] ?? '', await sha256(JSON.stringify(results))] as const,
  );
  return Object.fromEntries(await Promise.all(hashes));
}

/** Counts the rows of a workspace in a table. */
export async function countRows(table: string, workspace_id: string): Promise<number> {
  const row = await env.DB.prepare(`select count(*) as n from ${table} where workspace_id = ?`)
    .bind(workspace_id)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Tables that one statement counts; D1 allows a hundred columns. */
const tablesAtOnce = 50;

/** Counts the rows of a workspace in each table. A statement for each would cost twice as much. */
export async function countAll(workspace_id: string): Promise<Record<string, number>> {
  const tables = (await tenantTables()).filter((table) => table !== 'workspaces');
  const parts = Array.from({ length: Math.ceil(tables.length / tablesAtOnce) }, (_, part) =>
    tables.slice(part * tablesAtOnce, (part + 1) * tablesAtOnce),
  );
  const counts = await env.DB.batch<Record<string, number>>(
    parts.map((part) => {
      const columns = part.map(
        (table) => `(select count(*) from ${table} where workspace_id = ?1) as ${table}`,
      );
      return env.DB.prepare(`select ${columns.join(', ')}`).bind(workspace_id);
    }),
  );
  return Object.assign({}, ...counts.map(({ results }) => results[0]));
}

/** The tables that have a column of one of the names. */
export async function tablesWith(...columns: readonly string[]): Promise<string[]> {
  const tables = await tenantTables();
  const infos = await env.DB.batch<{ name: string }>(
    tables.map((table) => env.DB.prepare(`pragma table_info(${table})`)),
  );
  return tables.filter((_, index) =>
    infos[index]?.results.some(({ name }) => columns.includes(name)),
  );
}
