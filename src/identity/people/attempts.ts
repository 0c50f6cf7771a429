import { eq, sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import { sign_in_attempts } from '../../db/schema/people.ts';
import type { Ctx } from '../../platform/context.ts';
import { sha256 } from '../../shared/digest.ts';
import { Failure } from '../../shared/failure.ts';
import { hour, minute, second } from '../../shared/time.ts';

/** Attempts by address and by IP within a window. Successful sign-ins do not count. */
const limits = {
  sign_in: { address: 10, ip: 20, window: 15 * minute },
  mail: { address: 5, ip: 20, window: hour },
  token: { address: 20, ip: 20, window: 15 * minute },
  /** Sign-ins that were started at an identity provider, each of which costs a request to it. */
  provider: { address: 20, ip: 30, window: 15 * minute },
} as const;
export type AttemptKind = keyof typeof limits;

interface Counter {
  readonly key: string;
  readonly limit: number;
}

async function countersOf(ctx: Ctx, kind: AttemptKind, email: string | null): Promise<Counter[]> {
  const { address, ip } = limits[kind];
  const named = [
    { name: email === null ? null : `address:${email}`, limit: address },
    { name: ctx.ip === null ? null : `ip:${networkOf(ctx.ip)}`, limit: ip },
  ];
  return Promise.all(
    named
      .filter(({ name }) => name !== null)
      .map(async ({ name, limit }) => ({ key: await sha256(`${kind}:${name}`), limit })),
  );
}

/** An IPv6 client has a whole /64 network. */
const networkOf = (ip: string) =>
  ip.includes(':') ? ip.toLowerCase().split(':').slice(0, 4).join(':') : ip;

/**
 * Counts an attempt, before it is made, so that parallel attempts are counted too. Throws `rate_limited` past the limit,
 * for the right password as for a wrong one. Returns a statement that takes the attempt back when it has succeeded.
 */
export async function countAttempt(ctx: Ctx, kind: AttemptKind, email: string | null) {
  const now = ctx.now();
  const until = now + limits[kind].window;
  const counters = await countersOf(ctx, kind, email);
  const results = await batch(
    ctx.db,
    counters.map(({ key }) =>
      ctx.db
        .insert(sign_in_attempts)
        .values({ key, count: 1, until })
        .onConflictDoUpdate({
          target: sign_in_attempts.key,
          set: {
            count: sql`iif(until <= ${now}, 1, count + 1)`,
            until: sql`iif(until <= ${now}, ${until}, until)`,
          },
        })
        .returning(),
    ),
  );
  for (const [index, rows] of (results as (typeof sign_in_attempts.$inferSelect)[][]).entries()) {
    const [row] = rows;
    if (row === undefined || row.count <= (counters[index]?.limit ?? 0)) continue;
    throw new Failure('rate_limited', 'Too many attempts. Retry later.', {
      retryAfter: Math.max(1, Math.ceil((row.until - now) / second)),
    });
  }
  return counters.map(({ key }) =>
    ctx.db
      .update(sign_in_attempts)
      .set({ count: sql`max(0, count - 1)` })
      .where(eq(sign_in_attempts.key, key)),
  );
}
