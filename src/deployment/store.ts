import { sql } from 'drizzle-orm';
import { batch, type Db } from '../db/client.ts';
import { parkedUntil } from '../platform/parked-jobs.ts';

/** Maximum number of rows counted in a backlog. */
const maxCount = 10_000;

/** Reads the figures of the deployment in one round trip. */
export async function readFigures(db: Db) {
  const [[workspaces], [jobs], [dead], ticks, secrets, [audit]] = await batch(db, [
    db.all<{ active: number; suspended: number; deleting: number }>(sql`
      select coalesce(sum(deleted_at is null and suspended_at is null), 0) as active,
        coalesce(sum(deleted_at is null and suspended_at is not null), 0) as suspended,
        coalesce(sum(deleted_at is not null), 0) as deleting from workspaces`),
    db.all<{ unfinished: number; oldest_at: number | null }>(sql`
      select count(*) as unfinished, min(created_at) as oldest_at from (select created_at from outbox where is_waiting = 0 and due_at < ${sql.raw(String(parkedUntil))} order by due_at limit ${maxCount})`),
    db.all<{ count: number }>(
      sql`select count(*) as count from (select 1 from dead_letters limit ${maxCount})`,
    ),
    db.all<{ cron: string; ticked_at: number; succeeded: string }>(
      sql`select cron, ticked_at, succeeded from schedule_ticks order by cron`,
    ),
    db.all<{ key_version: number; count: number }>(
      sql`select key_version, count(*) as count from secrets group by key_version order by key_version`,
    ),
    db.all<{ unsealed: number; oldest: number | null }>(sql`
      select count(*) as unsealed, min((select a.created_at from audit_log a where a.id = l.entry_id)) as oldest
      from (select entry_id from audit_links where hash is null limit ${maxCount}) l`),
  ]);
  return { workspaces, jobs, dead, ticks, secrets, audit };
}
