import { sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';

/** `due_at` of a job that waits until its workspace is no longer suspended: later than the time of any sweep. */
export const parkedUntil = Number.MAX_SAFE_INTEGER;

/** Ends an attempt at a job whose workspace was suspended in the meantime. It is no `Failure`, which a step may record as its result. */
export class JobSuspendedError extends Error {
  override readonly name = 'JobSuspendedError';

  constructor() {
    super('The workspace is suspended.');
  }
}

/** True for the row of `outbox` whose workspace is suspended. */
export const isOfSuspended = sql.raw(
  'exists (select 1 from workspaces w where w.id = outbox.workspace_id and w.suspended_at is not null)',
);

/** Makes the parked jobs of a workspace due: the next sweeps send them. For the batch that ends the suspension. */
export const releaseParked = (db: Db, workspace_id: string, now: number) =>
  db.run(
    sql`update outbox set due_at = cast(${now} as integer) where workspace_id = ${workspace_id} and due_at = ${sql.raw(String(parkedUntil))}`,
  );
