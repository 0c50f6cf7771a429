import { and, eq, lte, type Placeholder, sql } from 'drizzle-orm';
import { batch, type Db } from '../db/client.ts';
import { compile } from '../db/compiled.ts';
import { dead_letters, idempotency_keys, outbox } from '../db/schema/platform.ts';
import { firstSweepAfter } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { type JobMessage, waitsWhileSuspended } from '../platform/job.ts';
import { releaseNext, releaseStalled } from '../platform/lanes.ts';
import { isOfSuspended, parkedUntil } from '../platform/parked-jobs.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import { second } from '../shared/time.ts';
import { backoff } from './backoff.ts';

/** Milliseconds after which a claim that was not renewed lapses. */
export const claimFor = 30 * second;
/** Jobs sent in one statement, keys deleted in one statement, and repetitions of each in one tick. */
const sendLimit = 100;
const keysLimit = 1000;
const roundsOfTick = 50;

/** The row of a job, unless another job has replaced it. */
const rowOf = (id: string | Placeholder, type: string | Placeholder) =>
  and(eq(outbox.id, id), sql`${outbox.job} ->> 'type' = ${type}`);

/**
 * Claims a job and returns the number of this attempt, from 1; null when the job has ended, is claimed by another
 * worker, or waits for the end of the suspension of its workspace, which the claim notes in its row. Sends the next job
 * that waits in its lane.
 */
export async function claimJob(ctx: Ctx, { id, job }: JobMessage): Promise<number | null> {
  const now = ctx.now();
  const until = now + claimFor;
  const [rows, next] = await batch(ctx.db, [
    claim(ctx.db, { id, type: job.type, now, until, waits: waitsWhileSuspended(job) ? 1 : 0 }),
    releaseNext(ctx.db, { id, until, due_at: now + firstSweepAfter }),
  ]);
  if (next.length > 0) ctx.defer(ctx.jobs.send(next as JobMessage[]));
  const [row] = rows;
  return row === undefined || row.claimed_until === 0 ? null : row.attempts;
}

const claim = compile(
  (db, value: (name: 'id' | 'type' | 'now' | 'until' | 'waits') => Placeholder) => {
    const isParked = sql`(${value('waits')} = 1 and ${isOfSuspended})`;
    return db
      .update(outbox)
      .set({
        attempts: sql`${outbox.attempts} + iif(${isParked}, 0, 1)`,
        claimed_until: sql`iif(${isParked}, 0, ${value('until')})`,
        due_at: sql`iif(${isParked}, ${sql.raw(String(parkedUntil))}, ${value('until')})`,
      })
      .where(and(rowOf(value('id'), value('type')), lte(outbox.claimed_until, value('now'))))
      .returning({ attempts: outbox.attempts, claimed_until: outbox.claimed_until });
  },
);

/** The row of a job unless it has been replaced, or claimed again because the claim of `attempt` had lapsed. */
const attemptOf = (
  id: string | Placeholder,
  type: string | Placeholder,
  attempt: number | Placeholder,
) => and(rowOf(id, type), eq(outbox.attempts, attempt));

export const renewClaim = (ctx: Ctx, { id, job }: JobMessage, attempt: number) =>
  ctx.db
    .update(outbox)
    .set({ claimed_until: ctx.now() + claimFor, due_at: ctx.now() + claimFor })
    .where(attemptOf(id, job.type, attempt))
    .run();

/** The statement that ends a job, for a batch. Does nothing if another worker has claimed the job since. */
export const endJob = (ctx: Ctx, { id, job }: JobMessage, attempt: number) =>
  deleteJob(ctx.db, { id, type: job.type, attempt });

const deleteJob = compile((db, value: (name: 'id' | 'type' | 'attempt') => Placeholder) =>
  db.delete(outbox).where(attemptOf(value('id'), value('type'), value('attempt'))),
);

/** Releases a job for another attempt after `delay` milliseconds, unless another worker has claimed it since. */
export const releaseJob = (
  ctx: Ctx,
  { id, job }: JobMessage,
  attempt: number,
  delay: number,
  error: string,
) =>
  ctx.db
    .update(outbox)
    .set({ claimed_until: 0, due_at: ctx.now() + delay + claimFor, last_error: error })
    .where(attemptOf(id, job.type, attempt))
    .run();

/**
 * Parks a job that failed because its workspace was suspended in the meantime: the attempt does not count. Returns false, and
 * changes nothing, for any other job.
 */
export async function parkJob(
  ctx: Ctx,
  { id, job }: JobMessage,
  attempt: number,
): Promise<boolean> {
  if (!waitsWhileSuspended(job)) return false;
  const { meta } = await ctx.db
    .update(outbox)
    .set({ claimed_until: 0, due_at: parkedUntil, attempts: attempt - 1 })
    .where(and(attemptOf(id, job.type, attempt), isOfSuspended))
    .run();
  return meta.changes > 0;
}

/** Moves an exhausted job to `dead_letters`. Idempotent. */
export const deadLetterJob = (ctx: Ctx, message: JobMessage, error: string) =>
  batch(ctx.db, [
    ctx.db
      .insert(dead_letters)
      .values({ ...message, error, created_at: ctx.now() })
      .onConflictDoNothing(),
    ctx.db.delete(outbox).where(rowOf(message.id, message.job.type)),
  ]);

/** Sends due jobs: those never sent, lost by the queue, or abandoned by a worker that died. */
export const sweepOutbox = (ctx: Ctx): Promise<number> =>
  repeatBounded(roundsOfTick, sendLimit, () => sendDue(ctx));

async function sendDue(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const [, due] = await batch(ctx.db, [
    releaseStalled(ctx.db, now),
    ctx.db
      .update(outbox)
      .set({
        sends: sql`${outbox.sends} + 1`,
        due_at: sql`${now} + ${backoff(4)} * (${outbox.sends} + 1)`,
      })
      .where(
        sql`${outbox.id} in (select id from outbox where is_waiting = 0 and due_at <= ${now} order by due_at limit ${sendLimit})`,
      )
      .returning({ id: outbox.id, workspace_id: outbox.workspace_id, job: outbox.job }),
  ]);
  await ctx.jobs.send(due as JobMessage[]);
  return due.length;
}

export const sweepIdempotencyKeys = (ctx: Ctx): Promise<number> =>
  repeatBounded(roundsOfTick, keysLimit, () => deleteExpired(ctx.db, ctx.now()));

const deleteExpired = async (db: Db, now: number): Promise<number> =>
  (
    await db
      .delete(idempotency_keys)
      .where(
        sql`rowid in (select rowid from idempotency_keys where expires_at <= ${now} order by expires_at limit ${keysLimit})`,
      )
      .run()
  ).meta.changes;
