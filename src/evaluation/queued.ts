import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

/** Selects the job if it waits or runs. Adding it again would let a second worker do the same. */
export const selectQueued = (db: Db, job_id: string) =>
  db.all<{ id: string }>(sql`select o.id from outbox o where o.id = ${job_id}`);
