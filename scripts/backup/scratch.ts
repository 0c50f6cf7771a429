import { DatabaseSync } from 'node:sqlite';
import type { Deployment } from './deployment.ts';
import { statementsOf } from './migrations.ts';
import type { Query } from './protocol.ts';

type Value = string | number | null;

/**
 * A database in a file with the tables of the migrations, of whose triggers only those remain that count the use of quotas, which an
 * archive does not contain.
 */
export class Scratch implements Pick<Deployment, 'query' | 'run'> {
  readonly #database: DatabaseSync;

  constructor(path: string, migrations: readonly string[]) {
    this.#database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    this.#database.exec('pragma journal_mode = off; pragma synchronous = off');
    for (const name of migrations) this.#database.exec(statementsOf(name).join('\n;\n'));
    for (const { name } of this.all<{ name: string }>(
      `select name from sqlite_master where type = 'trigger'`,
    )) {
      if (!name.startsWith('quota_') || name.startsWith('quota_keys_'))
        this.#database.exec(`drop trigger "${name}"`);
    }
  }

  all<Row>(sql: string, ...params: readonly Value[]): readonly Row[] {
    return this.#database.prepare(sql).all(...params) as Row[];
  }

  /** Returns the number of changed rows. */
  change(sql: string, ...params: readonly Value[]): number {
    return Number(this.#database.prepare(sql).run(...params).changes);
  }

  columnsOf(table: string): readonly string[] {
    return this.all<{ name: string }>(`pragma table_info("${table}")`).map(({ name }) => name);
  }

  /** Inserts rows in one transaction. A file is inserted as deleted, and returns: the triggers of its return count all of its use. */
  insert(table: string, rows: readonly Readonly<Record<string, Value>>[]): void {
    const columns = Object.keys(rows[0] ?? {});
    const names = columns.map((name) => `"${name}"`).join(', ');
    const insert = this.#database.prepare(
      `insert into "${table}" (${names}) values (${columns.map(() => '?').join(', ')})`,
    );
    this.#database.exec('begin');
    for (const row of rows) {
      const isPresentFile = table === 'files' && row.deleted_at === null;
      const values = isPresentFile ? { ...row, deleted_at: 0 } : row;
      insert.run(...columns.map((name) => values[name] ?? null));
      if (isPresentFile)
        this.change('update files set deleted_at = null where id = ?', row.id ?? null);
    }
    this.#database.exec('commit');
  }

  /** Removes the rows that refer to a row that is not there, and returns their number by table. */
  removeOrphans(): Readonly<Record<string, number>> {
    const removed: Record<string, number> = {};
    for (;;) {
      const orphans = this.all<{ table: string; rowid: number }>(
        'select distinct "table", rowid from pragma_foreign_key_check',
      );
      if (orphans.length === 0) return removed;
      for (const { table, rowid } of orphans) {
        this.change(`delete from "${table}" where rowid = ?`, rowid);
        removed[table] = (removed[table] ?? 0) + 1;
      }
    }
  }

  async query<Row>(sql: string, params: Query['params'] = []): Promise<readonly Row[]> {
    return this.all<Row>(sql, ...params);
  }

  async run(queries: readonly Query[]) {
    return queries.map(({ sql, params = [] }) => this.all<Record<string, unknown>>(sql, ...params));
  }

  close(): void {
    this.#database.close();
  }
}
