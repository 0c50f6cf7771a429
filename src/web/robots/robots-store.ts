import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Robots } from './robots.ts';

/** The rules of a host as they were read at `robots_at`; null while they are unknown. */
export interface StoredRobots {
  readonly robots: Robots | null;
  readonly robots_at: number | null;
}

export interface HostKey {
  readonly workspace_id: string;
  readonly host: string;
}

export interface RobotsRow {
  readonly robots: string | null;
  readonly robots_at: number | null;
}

export const toStoredRobots = ({ robots, robots_at }: RobotsRow): StoredRobots => ({
  robots: robots === null ? null : (JSON.parse(robots) as Robots),
  robots_at,
});

export async function selectRobots(
  db: Db,
  { workspace_id, host }: HostKey,
): Promise<StoredRobots | undefined> {
  const rows = await db.all<RobotsRow>(
    sql`select robots, robots_at from source_hosts where workspace_id = ${workspace_id} and host = ${host}`,
  );
  return rows.map(toStoredRobots)[0];
}

/** Stores the rules of a host. One that no source reads is not reserved. */
export const storeRobots = (db: Db, { workspace_id, host }: HostKey, robots: Robots, now: number) =>
  db.run(sql`insert into source_hosts (workspace_id, host, free_at, robots, robots_at)
    values (${workspace_id}, ${host}, cast(${now} as integer), ${JSON.stringify(robots)}, cast(${now} as integer))
    on conflict (workspace_id, host) do update set robots = excluded.robots, robots_at = excluded.robots_at`);
