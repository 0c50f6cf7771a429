import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Allocation } from '../../src/db/schema/experiments.ts';
import {
  allocate,
  reallocate,
  type Share,
  slotOf,
  slots,
  subjectOf,
  variantOfSlot,
} from '../../src/experiments/assignment.ts';
import { slotSql } from '../../src/experiments/choose-version.ts';

const salt = { multiplier: 1_103_515_245, increment: 12_345 };
const count = 100_000;

/** Subjects of 100,000 end users, whose names differ in their last characters only. */
const subjects = Promise.all(
  Array.from(
    { length: count },
    async (_, index) =>
      (await subjectOf('agt_01kajv2q5ve0mt8h2vj3c6x7ra', {
        end_user_id: `user-${index}`,
        session_id: null,
      })) ?? -1,
  ),
);

const ownersOf = (allocation: Allocation): (string | null)[] =>
  Array.from({ length: slots }, (_, slot) => variantOfSlot(allocation, slot));

const share = (variant_id: string, percent: number): Share => ({
  variant_id,
  slots: percent * 100,
});

describe('the slots of subjects', () => {
  it('are uniform over 100,000 end users', async () => {
    const bins = 100;
    const seen = new Array<number>(bins).fill(0);
    for (const subject of await subjects) {
      const bin = Math.floor((slotOf(subject, salt) * bins) / slots);
      seen[bin] = (seen[bin] ?? 0) + 1;
    }
    const expected = count / bins;
    const chiSquared = seen.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // The 0.1 % points of chi-squared with 99 degrees of freedom: too even is as unlikely as too uneven.
    expect(chiSquared).toBeGreaterThan(60);
    expect(chiSquared).toBeLessThan(148.23);
  });

  it('are the same in SQL, for every subject and any salt', async () => {
    const given = await subjects;
    const db = drizzle(env.DB);
    const salts = [
      salt,
      { multiplier: 2_147_483_646, increment: 2_147_483_646 },
      { multiplier: 1, increment: 0 },
    ];
    for (const one of salts)
      for (let at = 0; at < count; at += 25_000) {
        const part = given.slice(at, at + 25_000);
        const slot = slotSql(
          sql`j.value`,
          sql`cast(${one.multiplier} as integer)`,
          sql`cast(${one.increment} as integer)`,
        );
        const rows = await db.all<{ slots: string }>(
          sql`select json_group_array(${slot}) as slots from json_each(${JSON.stringify(part)}) j`,
        );
        expect(JSON.parse(rows[0]?.slots ?? '')).toEqual(
          part.map((subject) => slotOf(subject, one)),
        );
      }
  });

  it('never change: the hash is part of what is documented', async () => {
    const agent = 'agt_01kajv2q5ve0mt8h2vj3c6x7ra';
    const user = await subjectOf(agent, { end_user_id: 'customer-4711', session_id: null });
    const session = await subjectOf(agent, {
      end_user_id: null,
      session_id: 'ses_01kajv2q5ve0mt8h2vj3c6x7ra',
    });
    expect(await subjectOf(agent, { end_user_id: null, session_id: null })).toBeNull();
    expect({ user, session, slot: slotOf(user ?? 0, salt) }).toMatchInlineSnapshot(`
      {
        "session": 5549346058713034,
        "slot": 3071,
        "user": 7833997594642873,
      }
    `);
    expect(Number.isSafeInteger(user)).toBe(true);
  });

  it('are independent in two experiments', async () => {
    const other = { multiplier: 69_621, increment: 7 };
    const table = [0, 0, 0, 0];
    for (const subject of await subjects) {
      const cell = Number(slotOf(subject, salt) < 5000) * 2 + Number(slotOf(subject, other) < 5000);
      table[cell] = (table[cell] ?? 0) + 1;
    }
    const chiSquared = table.reduce((sum, n) => sum + (n - count / 4) ** 2 / (count / 4), 0);
    // The 0.1 % point of chi-squared with 3 degrees of freedom.
    expect(chiSquared).toBeLessThan(16.27);
  });
});

describe('an allocation', () => {
  it('moves exactly the added share when the weight of a variant grows', async () => {
    const before = allocate([share('a', 50), share('b', 50)]);
    const after = reallocate(before, [share('a', 40), share('b', 60)]);
    const [from, to] = [ownersOf(before), ownersOf(after)];
    const moved = from.flatMap((owner, slot) => (owner === to[slot] ? [] : [[owner, to[slot]]]));
    expect(moved).toHaveLength(1000);
    expect(new Set(moved.map(String))).toEqual(new Set(['a,b']));
    const changed = (await subjects).filter((subject) => {
      const slot = slotOf(subject, salt);
      return from[slot] !== to[slot];
    });
    // 10 % of 100,000, within four standard deviations.
    expect(Math.abs(changed.length - 10_000)).toBeLessThan(380);
  });

  it('moves the fewest slots of any change of weights, and gives each variant its share', () => {
    const shares = fc
      .array(fc.integer({ min: 0, max: 1000 }), { minLength: 4, maxLength: 4 })
      .filter((parts) => parts.some((part) => part > 0))
      .map((parts) => {
        const total = parts.reduce((sum, part) => sum + part, 0);
        const given = parts.map((part) => Math.floor((part * slots) / total));
        const rest = slots - given.reduce((sum, part) => sum + part, 0);
        return given.map((part, index) => ({
          variant_id: `v${index}`,
          slots: part + (index === 0 ? rest : 0),
        }));
      });
    fc.assert(
      fc.property(fc.array(shares, { minLength: 2, maxLength: 6 }), (changes) => {
        let allocation = allocate(changes[0] ?? []);
        for (const [index, next] of changes.entries()) {
          const before = ownersOf(allocation);
          allocation = reallocate(allocation, next);
          const after = ownersOf(allocation);
          const moved = after.filter((owner, slot) => owner !== before[slot]).length;
          const former = changes[Math.max(0, index - 1)] ?? [];
          const needed = next.reduce(
            (sum, { slots: wanted }, at) => sum + Math.max(0, wanted - (former[at]?.slots ?? 0)),
            0,
          );
          expect(moved).toBe(needed);
          for (const { variant_id, slots: wanted } of next)
            expect(after.filter((owner) => owner === variant_id)).toHaveLength(wanted);
        }
      }),
      { seed: 14, numRuns: 30 },
    );
  });

  it('stays short when its weights change every hour for a month', () => {
    let state = 42;
    const random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    let allocation = allocate(['a', 'b', 'c', 'd'].map((name) => share(name, 25)));
    for (let hour = 0; hour < 720; hour += 1) {
      const cuts = [random(), random(), random()].map((at) => 500 + Math.floor(at * 9000));
      const [x = 0, y = 0, z = 0] = cuts.sort((a, b) => a - b);
      const parts = [x, y - x, z - y, slots - z];
      const shares = parts.map((part, at) => ({ variant_id: 'abcd'[at] ?? '', slots: part }));
      allocation = reallocate(allocation, shares);
    }
    expect(allocation.length).toBeLessThan(400);
  });
});
