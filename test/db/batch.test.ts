import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { batch, batchBoth, lastResult, newDbStats, openDb } from '../../src/db/client.ts';

const meter = newDbStats();
const db = openDb(env.DB.withSession(), meter);
const one = () => db.all<{ one: number }>(sql`select 1 as one`);
const two = () => db.all<{ two: string }>(sql`select 'two' as two`);

describe('batch', () => {
  it('returns typed results in the order of the statements, in one trip', async () => {
    const trips = meter.trips;
    const [[first], [second]] = await batch(db, [one(), two()]);
    expectTypeOf(first).toEqualTypeOf<{ one: number } | undefined>();
    expect([first, second]).toEqual([{ one: 1 }, { two: 'two' }]);
    expect(meter.trips).toBe(trips + 1);
  });

  it('skips null statements and keeps the positions of the others', async () => {
    const skipped = meter.trips >= 0;
    const [first, second, third] = await batch(db, [one(), skipped ? null : one(), two()]);
    expectTypeOf(second).toEqualTypeOf<{ one: number }[] | null>();
    expect([first, second, third]).toEqual([[{ one: 1 }], null, [{ two: 'two' }]]);
  });

  it('makes no trip for an empty batch', async () => {
    const trips = meter.trips;
    expect(await batch(db, [])).toEqual([]);
    expect(await batch(db, [null])).toEqual([null]);
    expect(meter.trips).toBe(trips);
  });

  it('returns the last result of a batch of unknown length', async () => {
    const several = [one(), one()].slice(0, 2);
    const [row] = lastResult(await batch(db, [...several, two()]));
    expectTypeOf(row).toEqualTypeOf<{ two: string } | undefined>();
    expect(row).toEqual({ two: 'two' });
  });

  it('splits the results of two lists', async () => {
    const results = await batchBoth(db, [one()], [two(), one()]);
    expect(results).toEqual([[[{ one: 1 }]], [[{ two: 'two' }], [{ one: 1 }]]]);
  });
});
