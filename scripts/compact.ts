// Rewrites the database of a local server after an erasure or the deletion of an account: SQLite leaves what was deleted in free pages of its file.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/**
 * Rewrites the databases in which an end user was erased after `since`, and returns the time of the last erasure. The server
 * must be stopped; a run that is killed leaves the database as it was. Does nothing before Node 22.13, which lacks SQLite.
 */
export async function compactDatabases(directory: string, since: number): Promise<number> {
  const folder = join(directory, 'v3', 'd1', 'miniflare-D1DatabaseObject');
  const sqlite = existsSync(folder) ? await loadSqlite() : null;
  if (sqlite === null) return since;
  const files = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return Math.max(since, ...files.map((name) => compact(sqlite, join(folder, name), since)));
}

type Sqlite = typeof import('node:sqlite');

/** Loads the module without its warning that it is experimental. */
async function loadSqlite(): Promise<Sqlite | null> {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return await import('node:sqlite');
  } catch {
    return null;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function compact({ DatabaseSync }: Sqlite, path: string, since: number): number {
  const copy = `${path}.compacted`;
  rmSync(copy, { force: true });
  const db = new DatabaseSync(path);
  let erased_at = since;
  try {
    erased_at = lastErasure(db);
    if (erased_at <= since) return since;
    // Unlike VACUUM alone, this keeps the row ids to which the indexes of words refer.
    db.prepare('vacuum into ?').run(copy);
  } finally {
    // Closing writes the log of SQLite into the file and removes it; it belongs to the old file.
    db.close();
  }
  renameSync(copy, path);
  return erased_at;
}

/** The time at which the last end user was erased, or the last account was deleted. */
function lastErasure(db: DatabaseSync): number {
  const times = ['erasures', 'account_deletions'].map((table) => {
    const has = db.prepare("select 1 from sqlite_master where type = 'table' and name = ?");
    if (has.get(table) === undefined) return 0;
    return Number(db.prepare(`select max(completed_at) as at from ${table}`).get()?.at ?? 0);
  });
  return Math.max(...times);
}
