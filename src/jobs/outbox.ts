import { and, eq, lte, sql } from 'drizzle-orm';
import { batch, type Db } from '../db/client.ts';
import { dead_letters, idempotency_keys, outbox } from '../db/schema/platform.ts';
import type { Ctx } from '../platform/context.ts';
import type { JobMessage } from '../platform/job.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import { second } from '../shared/time.ts';
import { backoff } from './backoff.ts';

/** Milliseconds after which a claim that was not renewed lapses. */
export const claimFor = 30 * second;
/** Jobs sent in one statement, keys deleted in one statement, and repetitions of each in one tick. */
const sendLimit = 100;
const keysLimit = 1000;
const roundsOfTick = 50;

/** Claims a job and returns the number of this attempt, from 1; null when the job has ended or is claimed by another worker. */
export async function claimJob(ctx: Ctx, id: string): Promise<number | null> {
  const now = ctx.now();
  const rows = await ctx.db
    .update(outbox)
    .set({
      attempts: sql`${outbox.attempts} + 1`,
      claimed_until: now + claimFor,
      due_at: now + claimFor,
    })
    .where(and(eq(outbox.id, id), lte(outbox.claimed_until, now)))
    .returning({ attempts: outbox.attempts });
  return rows[0]?.attempts ?? null;
}

export const renewClaim = (ctx: Ctx, id: string) =>
  ctx.db
    .update(outbox)
    .set({ claimed_until: ctx.now() + claimFor, due_at: ctx.now() + claimFor })
    .where(eq(outbox.id, id))
    .run();

export const finishJob = (ctx: Ctx, id: string) =>
  ctx.db.delete(outbox).where(eq(outbox.id, id)).run();

/** Releases a job for another attempt after `delay` milliseconds. */
export const releaseJob = (ctx: Ctx, id: string, delay: number, error: string) =>
  ctx.db
    .update(outbox)
    .set({ claimed_until: 0, due_at: ctx.now() + delay + claimFor, last_error: error })
    .where(eq(outbox.id, id))
    .run();

/** Moves an exhausted job to `dead_letters`. Idempotent. */
export const deadLetterJob = (ctx: Ctx, { id, workspace_id, job }: JobMessage, error: string) =>
  batch(ctx.db, [
    ctx.db
      .insert(dead_letters)
      .values({ id, workspace_id, job, error, created_at: ctx.now() })
      .onConflictDoNothing(),
    ctx.db.delete(outbox).where(eq(outbox.id, id)),
  ]);

/** Sends due jobs: those never sent, lost by the queue, or abandoned by a worker that died. */
export const sweepOutbox = (ctx: Ctx): Promise<number> =>
  repeatBounded(roundsOfTick, sendLimit, () => sendDue(ctx));

async function sendDue(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const due = await ctx.db
    .update(outbox)
    .set({
      sends: sql`${outbox.sends} + 1`,
      due_at: sql`${now} + ${backoff(4)} * (${outbox.sends} + 1)`,
    })
    .where(
      sql`${outbox.id} in (select id from outbox where due_at <= ${now} order by due_at limit ${sendLimit})`,
    )
    .returning({ id: outbox.id, workspace_id: outbox.workspace_id, job: outbox.job });
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
