import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseLostHolds, reserve, settleStatements } from '../../src/budgets/index.ts';
import { Failure } from '../../src/shared/failure.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace } from '../support/api.ts';
import { type Fault, faulty } from '../support/faulty.ts';
import { counters, holdsOf, putBudget, run, spentOf, usageOf } from './support.ts';

/** Whatever the code believes: the database itself refuses a step over the limit, and money that nobody has. */
beforeAll(async () => {
  await env.DB.prepare(
    `create trigger no_overshoot after update on budget_counters
     when new.held_nano_usd < 0 or new.spent_nano_usd + new.held_nano_usd > (
       select limit_nano_usd from budgets where budgets.id = new.budget_id)
     begin select raise(abort, 'OVERSHOOT'); end`,
  ).run();
});
afterAll(() => env.DB.prepare('drop trigger no_overshoot').run());

const spender = (call_key: string, agent = 0, user = 0) => ({
  agent_id: `agent_${agent}`,
  end_user_id: `user_${user}`,
  run_id: null,
  call_key,
  model: 'openai-compatible/m',
});

const fates = ['ok', 'ok', 'ok', 'failed', 'crash', 'settled_twice', 'replayed'] as const;
const Call = fc.record({
  agent: fc.nat(2),
  user: fc.nat(4),
  estimate: fc.integer({ min: 1, max: 100 }),
  percent: fc.nat(100),
  fate: fc.constantFrom(...fates),
});
type Call = typeof Call extends fc.Arbitrary<infer Value> ? Value : never;

const Limits = fc.record({
  workspace: fc.integer({ min: 500, max: 20_000 }),
  agent: fc.integer({ min: 300, max: 8000 }),
  user: fc.integer({ min: 100, max: 3000 }),
});

async function nested(limits: { workspace: number; agent: number; user: number }) {
  const workspace = await newWorkspace();
  const ctx = contextOf(workspace);
  await putBudget(ctx, { limit_nano_usd: limits.workspace, period: 'month' });
  await putBudget(ctx, { limit_nano_usd: limits.agent, scope: 'agent', period: 'week' });
  await putBudget(ctx, { limit_nano_usd: limits.user, scope: 'end_user', period: 'day' });
  await putBudget(ctx, {
    limit_nano_usd: limits.user,
    scope: 'end_user',
    subject_id: 'user_0',
    period: 'total',
  });
  return { ...workspace, ctx };
}

/** Plays one call from its reservation to its end. Returns its cost, or null when it was refused. */
async function play(
  id: string,
  name: string,
  { agent, user, estimate, percent, fate }: Call,
): Promise<number | null> {
  const ctx = contextOf({ id });
  const key = `${id}:${name}`;
  const reserved = await reserve(ctx, spender(key, agent, user), async () => estimate).catch(
    (error: unknown) => {
      if (error instanceof Failure && error.code === 'budget_exceeded') return null;
      throw error;
    },
  );
  if (reserved === null) return null;
  if (fate === 'crash') return 0;
  const holds = [reserved.hold_id ?? ''];
  if (fate === 'failed') {
    await run(ctx, settleStatements(ctx, holds, []));
    return 0;
  }
  const cost = Math.floor((estimate * percent) / 100);
  const row = usageOf(ctx, key, cost, { agent_id: `agent_${agent}`, end_user_id: `user_${user}` });
  const statements = [row.statement, ...settleStatements(ctx, holds, [row.id])];
  await run(ctx, statements);
  if (fate === 'settled_twice') await run(ctx, statements);
  if (fate === 'replayed') {
    // A job that comes again: the call has been paid for, and its row is there.
    const again = await reserve(ctx, spender(key, agent, user), async () => estimate).catch(
      () => null,
    );
    if (again !== null) {
      const second = usageOf(ctx, key, cost);
      await run(ctx, [
        second.statement,
        ...settleStatements(ctx, [again.hold_id ?? ''], [second.id]),
      ]);
    }
  }
  return cost;
}

const later = (id: string) => ({ ...contextOf({ id }), now: () => Date.now() + 3_600_000 });
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

describe('reserve, run, settle', () => {
  it('never exceeds a limit, holds nothing at rest and spends the recorded usage over a thousand calls (R51, R52)', async () => {
    await fc.assert(
      fc.asyncProperty(
        Limits,
        fc.array(Call, { minLength: 1000, maxLength: 1000 }),
        async (limits, calls) => {
          const { id } = await nested(limits);
          const costs = await Promise.all(
            calls.map((call, index) => play(id, `call_${index}`, call)),
          );
          const crashed = calls.filter(
            (call, index) => call.fate === 'crash' && costs[index] !== null,
          ).length;
          expect(await releaseLostHolds(later(id))).toBeGreaterThanOrEqual(crashed);
          const rest = await counters(id);
          expect(rest.every(({ held }) => held === 0)).toBe(true);
          const spent = sum(costs.map((cost) => cost ?? 0));
          expect(await spentOf(id)).toBe(spent);
          const by = (prefix: string) =>
            sum(
              rest
                .filter(({ subject }) => subject.startsWith(prefix))
                .map((counter) => counter.spent),
            );
          expect(
            sum(rest.filter(({ subject }) => subject === '').map((counter) => counter.spent)),
          ).toBe(spent);
          expect(by('agent_')).toBe(spent);
          const ofUser = sum(
            calls.map(({ user }, index) => (user === 0 ? (costs[index] ?? 0) : 0)),
          );
          expect(by('user_')).toBe(spent + ofUser);
          // None is refused while there is room, so a small budget is used up to the last call that fits.
          if (costs.some((cost) => cost === null)) expect(rest.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1, endOnFailure: true },
    );
  });

  it('grants and refuses like a sequential ledger, call by call', async () => {
    await fc.assert(
      fc.asyncProperty(
        Limits,
        fc.array(Call, { minLength: 20, maxLength: 60 }),
        async (limits, calls) => {
          const small = {
            workspace: Math.ceil(limits.workspace / 20),
            agent: Math.ceil(limits.agent / 20),
            user: Math.ceil(limits.user / 20),
          };
          const { id } = await nested(small);
          const ledger = new Map<string, { used: number; limit: number }>();
          for (const [index, call] of calls.entries()) {
            const bound = [
              ['workspace', small.workspace],
              [`agent_${call.agent}`, small.agent],
              [`user_${call.user}`, small.user],
            ] as const;
            const entries = bound.map(
              ([name, limit]) => ledger.get(name) ?? ledger.set(name, { used: 0, limit }).get(name),
            );
            const fits = entries.every(
              (entry) => (entry?.used ?? 0) + call.estimate <= (entry?.limit ?? 0),
            );
            const cost = await play(id, `call_${index}`, call);
            expect(cost !== null, `call ${index}`).toBe(fits);
            for (const entry of entries)
              if (entry !== undefined && cost !== null)
                entry.used += call.fate === 'crash' ? call.estimate : cost;
          }
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it('grants exactly what fits to concurrent calls (R51)', async () => {
    const { id, ctx } = { ...(await newWorkspace()), ctx: null as never };
    const own = ctx ?? contextOf({ id });
    await putBudget(own, { limit_nano_usd: 1050 });
    const calls = Array.from({ length: 64 }, (_, index) =>
      reserve(contextOf({ id }), spender(`${id}:${index}`), async () => 50),
    );
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(21);
    expect(await counters(id)).toMatchObject([{ spent: 0, held: 1050 }]);
  });

  it('holds against all budgets or none', async () => {
    const { id } = await newWorkspace();
    const ctx = contextOf({ id });
    await putBudget(ctx, { limit_nano_usd: 1000 });
    await putBudget(ctx, { limit_nano_usd: 10, scope: 'agent', name: 'Small' });
    const refused = await reserve(ctx, spender(`${id}:1`), async () => 50).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({
      code: 'budget_exceeded',
      options: { extra: { budget: { name: 'Small' }, limit_usd: 1e-8 } },
    });
    expect(await counters(id)).toEqual([]);
    expect(await holdsOf(id)).toEqual([]);
  });
});

describe('a fault', () => {
  const faults: Fault[] = [1, 2, 3, 4].flatMap((at) => [
    { at, mode: 'before' as const },
    { at, mode: 'after' as const },
  ]);
  it.each(faults)(
    'of trip $at, $mode it is made, counts nothing twice and loses nothing',
    async (fault) => {
      const { id } = await newWorkspace();
      await putBudget(contextOf({ id }), { limit_nano_usd: 1000 });
      const { database } = faulty(env.DB, fault);
      const ctx = contextOf({ id }, { DB: database });
      const key = `${id}:1`;
      const row = usageOf(ctx, key, 30);
      const statements = (holds: string[]) => [
        row.statement,
        ...settleStatements(ctx, holds, [row.id]),
      ];
      const again = async <Result>(work: () => Promise<Result>): Promise<Result> =>
        work().catch(() => work());
      const { hold_id } = await again(() => reserve(ctx, spender(key), async () => 50));
      await again(() => run(ctx, statements([hold_id ?? ''])));
      await again(() => run(ctx, statements([hold_id ?? ''])));
      await releaseLostHolds(later(id));
      expect(await counters(id)).toMatchObject([{ spent: 30, held: 0 }]);
      expect(await spentOf(id)).toBe(30);
    },
  );

  it('of the sweep releases a lost hold once (R52)', async () => {
    for (const mode of ['before', 'after'] as const) {
      const { id } = await newWorkspace();
      const ctx = contextOf({ id });
      await putBudget(ctx, { limit_nano_usd: 1000 });
      const { hold_id } = await reserve(ctx, spender(`${id}:1`), async () => 50);
      const broken = {
        ...contextOf({ id }, { DB: faulty(env.DB, { at: 1, mode }).database }),
        now: () => Date.now() + 3_600_000,
      };
      await expect(releaseLostHolds(broken)).rejects.toThrow();
      await releaseLostHolds(later(id));
      expect(await counters(id)).toMatchObject([{ spent: 0, held: 0 }]);
      // The host was only slow: its usage is still counted.
      const row = usageOf(ctx, `${id}:1`, 30);
      await run(ctx, [row.statement, ...settleStatements(ctx, [hold_id ?? ''], [row.id])]);
      expect(await counters(id)).toMatchObject([{ spent: 30, held: 0 }]);
    }
  });
});
