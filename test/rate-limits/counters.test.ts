import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RateSubjects } from '../../src/platform/ports.ts';
import {
  type CounterStore,
  Counters,
  type Lease,
  leaseFor,
} from '../../src/rate-limits/counters.ts';
import { networkOf } from '../../src/rate-limits/floods.ts';
import { inForce, noLimits, noRules, type RateRules } from '../../src/shared/rate-rules.ts';

/** What the object keeps, without the object. */
function memoryStore(): CounterStore {
  const days = new Map<string, number>();
  const leases = new Map<string, Lease>();
  return {
    readDay: (starts_at, name) => days.get(`${starts_at} ${name}`) ?? 0,
    writeDay: (starts_at, name, used) => void days.set(`${starts_at} ${name}`, used),
    leases: () => [...leases.values()],
    putLease: (lease) => void leases.set(lease.run_id, lease),
    dropLeases: (run_ids) => {
      for (const run_id of run_ids) leases.delete(run_id);
    },
  };
}

const subjects = (end_user: string): RateSubjects => ({
  workspace: 'w',
  api_key: 'k',
  agent: null,
  end_user,
});
const start = Date.UTC(2027, 1, 27, 23, 50);

describe('counters', () => {
  it('grant exactly what a recount of earlier grants allows', () => {
    const step = fc.record({
      user: fc.constantFrom('a', 'b'),
      wait: fc.nat(90_000),
      dies: fc.nat(9).map((n) => n === 0),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.nat(4),
        fc.integer({ min: 0, max: 12 }),
        (steps, per_minute, per_day) => {
          const rules: RateRules = {
            ...noRules,
            workspace: { ...noLimits, requests_per_day: per_day },
            end_user: { default: { ...noLimits, requests_per_minute: per_minute }, overrides: [] },
          };
          const store = memoryStore();
          let counters = new Counters(store);
          let granted: { user: string; at: number }[] = [];
          let now = start;
          for (const { user, wait, dies } of steps) {
            now += wait;
            if (dies) {
              counters = new Counters(store);
              // The minute is what an object that dies forgets.
              granted = granted.map((one) =>
                one.at - (one.at % 60_000) === now - (now % 60_000) ? { ...one, user: '' } : one,
              );
            }
            const ofMinute = granted.filter(
              (one) => one.user === user && one.at >= now - (now % 60_000),
            ).length;
            const ofDay = granted.filter((one) => one.at >= now - (now % 86_400_000)).length;
            const wanted = {
              subjects: subjects(user),
              requests: ['workspace', 'end_user'],
              tokens: false,
              run_id: null,
            } as const;
            const isGranted = !counters
              .take(wanted, rules, now)
              .some(({ is_refused }) => is_refused);
            expect(isGranted).toBe(ofMinute < per_minute && ofDay < per_day);
            if (isGranted) granted.push({ user, at: now });
          }
        },
      ),
    );
  });

  it('count a run once, as long as its host renews it', () => {
    const rules: RateRules = { ...noRules, workspace: { ...noLimits, concurrent_runs: 1 } };
    const counters = new Counters(memoryStore());
    const begins = (run_id: string, now: number) =>
      !counters
        .take({ subjects: subjects('a'), requests: [], tokens: false, run_id }, rules, now)
        .some(({ is_refused }) => is_refused);
    expect([begins('one', start), begins('one', start), begins('two', start)]).toEqual([
      true,
      true,
      false,
    ]);
    counters.renew('one', subjects('a'), start + leaseFor - 1);
    expect(begins('two', start + leaseFor)).toBe(false);
    expect(begins('two', start + 2 * leaseFor)).toBe(true);
    counters.release('two');
    expect(begins('three', start + 2 * leaseFor)).toBe(true);
  });
});

describe('the rules that apply to a key', () => {
  it('are empty unless a limit may apply', () => {
    const limits = { ...noLimits, requests_per_minute: 1 };
    const override = (id: string): RateRules => ({
      ...noRules,
      api_key: { default: noLimits, overrides: [{ id, requests_per_minute: 1 }] },
    });
    expect(inForce(noRules, 3, 'k')).toBe(null);
    expect(inForce(override('other'), 3, 'k')).toBe(null);
    expect(inForce(override('k'), 3, 'k')).toEqual({ revision: 3, requests: true, calls: false });
    expect(inForce({ ...noRules, end_user: { default: limits, overrides: [] } }, 3, 'k')).toEqual({
      revision: 3,
      requests: false,
      calls: true,
    });
  });
});

it('counts an IPv6 /64 network as one address', () => {
  expect(networkOf('203.0.113.7')).toBe('203.0.113.7');
  expect(networkOf('2001:DB8:0:7::1')).toBe('2001:db8:0:7::/64');
  expect(networkOf('2001:db8:0:7:ffff:1:2:3')).toBe('2001:db8:0:7::/64');
  expect(networkOf('2001:db8::1')).toBe('2001:db8:0:0::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('::ffff:203.0.113.7')).toBe('::ffff:203.0.113.7');
});
