import { sql } from 'drizzle-orm';
import type { Db } from '../../../db/client.ts';
import { type StoredRobots, toStoredRobots } from '../../../web/index.ts';

interface HostKey {
  readonly workspace_id: string;
  readonly host: string;
}

/**
 * Reserves a host until `until`, so that no other request of the workspace is sent to it until then. Returns
 * undefined while it is reserved.
 */
export async function takeHost(
  db: Db,
  { workspace_id, host }: HostKey,
  now: number,
  until: number,
): Promise<StoredRobots | undefined> {
  const rows = await db.all<{ robots: string | null; robots_at: number | null }>(sql`
    insert into source_hosts (workspace_id, host, free_at) values (${workspace_id}, ${host}, cast(${until} as integer))
    on conflict (workspace_id, host) do update set free_at = excluded.free_at where source_hosts.free_at <= ${now}
    returning robots, robots_at`);
  return rows.map(toStoredRobots)[0];
}

export const selectFreeAt = async (db: Db, { workspace_id, host }: HostKey): Promise<number> =>
  (
    await db.all<{ free_at: number }>(
      sql`select free_at from source_hosts where workspace_id = ${workspace_id} and host = ${host}`,
    )
  )[0]?.free_at ?? 0;

export const freeHost = (db: Db, { workspace_id, host }: HostKey, free_at: number) =>
  db.run(
    sql`update source_hosts set free_at = cast(${free_at} as integer) where workspace_id = ${workspace_id} and host = ${host}`,
  );

/** Deletes hosts of all workspaces that have not been called since `before`. */
export const deleteIdleHosts = async (db: Db, before: number, limit: number): Promise<number> =>
  (
    await db.run(sql`delete from source_hosts where rowid in (
        select rowid from source_hosts where free_at <= ${before} order by free_at limit ${limit})`)
  ).meta.changes;
