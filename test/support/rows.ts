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

/** Tables that one statement reads; D1 allows a hundred columns. */
const tablesAtOnce = 50;

const inParts = <Item>(items: readonly Item[]): Item[][] =>
  Array.from({ length: Math.ceil(items.length / tablesAtOnce) }, (_, part) =>
    items.slice(part * tablesAtOnce, (part + 1) * tablesAtOnce),
  );

let hashStatements: string[] = [];

/** Statements that return every row of a workspace, by table. One for each table would take several times as long. */
async function statementsOfRows(): Promise<string[]> {
  if (hashStatements.length > 0) return hashStatements;
  const tables = await tenantTables();
  const infos = await env.DB.batch<{ name: string }>(
    tables.map((table) => env.DB.prepare(`pragma table_info(${table})`)),
  );
  const columns = tables.map((table, index) => {
    const row = infos[index]?.results.map(({ name }) => `quote("${name}")`).join(` || ',' || `);
    const of = table === 'workspaces' ? 'id' : 'workspace_id';
    return `(select group_concat(row, ';') from (select ${row} as row from ${table} where ${of} = ?1 order by 1)) as ${table}`;
  });
  hashStatements = inParts(columns).map((part) => `select ${part.join(', ')}`);
  return hashStatements;
}

/** A hash of every row of a workspace, by table: equal hashes mean that nothing changed. */
export async function hashRows(workspace_id: string): Promise<Record<string, string>> {
  const parts = await env.DB.batch<Record<string, string | null>>(
    (await statementsOfRows()).map((sql) => env.DB.prepare(sql).bind(workspace_id)),
  );
  const rows = Object.entries(Object.assign({}, ...parts.map(({ results }) => results[0])));
  const hashes = rows.map(
    async ([table, text]) => [table, await sha256(text === null ? '' : String(text))] as const,
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

/** Counts the rows of a workspace in each table. A statement for each would cost twice as much. */
export async function countAll(workspace_id: string): Promise<Record<string, number>> {
  const tables = (await tenantTables()).filter((table) => table !== 'workspaces');
  const counts = await env.DB.batch<Record<string, number>>(
    inParts(tables).map((part) => {
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
