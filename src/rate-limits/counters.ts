import type { RateStanding, RateSubjects, RateWanted } from '../platform/ports.ts';
import {
  limitsFor,
  type RateMeasure,
  type RateRules,
  type RateScope,
} from '../shared/rate-rules.ts';
import { day, minute, second } from '../shared/time.ts';

/** How long a run counts without a renewal by its host. */
export const leaseFor = 30 * second;

/** A run in progress. */
export interface Lease {
  readonly run_id: string;
  readonly subjects: RateSubjects;
  readonly until: number;
}

/** The state that survives a restart of the object. */
export interface CounterStore {
  readDay(starts_at: number, name: string): number;
  writeDay(starts_at: number, name: string, used: number): void;
  leases(): readonly Lease[];
  putLease(lease: Lease): void;
  dropLeases(run_ids: readonly string[]): void;
}

/** One limit of one subject, and what a request costs of it. */
interface Check {
  readonly scope: RateScope | 'token';
  readonly id: string;
  readonly measure: RateMeasure;
  readonly limit: number;
  /** The amount that is counted once all limits allow the request. */
  readonly cost: number;
}

/** A window of time and the count in it. */
interface Window {
  readonly length: number;
  starts_at: number;
  readonly counts: Map<string, number>;
}

const windows: Partial<Record<RateMeasure, number>> = {
  requests_per_minute: minute,
  tokens_per_minute: minute,
  requests_per_day: day,
};
const units = {
  requests_per_minute: 'requests',
  requests_per_day: 'requests',
  tokens_per_minute: 'tokens',
  concurrent_runs: 'concurrent-requests',
} as const;
const names = {
  requests_per_minute: 'minute',
  requests_per_day: 'day',
  tokens_per_minute: 'tokens',
  concurrent_runs: 'runs',
} as const;
const scopeNames = {
  workspace: 'workspace',
  api_key: 'key',
  agent: 'agent',
  end_user: 'end-user',
  token: 'token',
} as const;

/**
 * The counts of one workspace, in windows of a clock minute and a day (UTC). Synchronous, so that check and count are
 * one step.
 */
export class Counters {
  readonly #store: CounterStore;
  readonly #leases: Map<string, Lease>;
  /** Counts of minutes are in memory only; counts of days are stored with every change. */
  readonly #minute: Window = { length: minute, starts_at: 0, counts: new Map() };
  readonly #day: Window = { length: day, starts_at: 0, counts: new Map() };

  constructor(store: CounterStore) {
    this.#store = store;
    this.#leases = new Map(store.leases().map((lease) => [lease.run_id, lease]));
  }

  /** Counts the whole request, or nothing when one limit refuses it. Returns the state of each limit that applies. */
  take(wanted: RateWanted, rules: RateRules, now: number): RateStanding[] {
    this.#roll(now);
    const checks = checksOf(wanted, rules);
    const asked = checks.map((check) => ({ check, used: this.#used(check, wanted.run_id) }));
    const isRefused = asked.some(({ check, used }) => isOver(check, used));
    if (!isRefused) {
      for (const { check, used } of asked)
        if (check.cost > 0) this.#count(check, used + check.cost);
      if (wanted.run_id !== null && checks.some(({ measure }) => measure === 'concurrent_runs')) {
        this.#hold({ run_id: wanted.run_id, subjects: wanted.subjects, until: now + leaseFor });
      }
    }
    return asked.map(({ check, used }) =>
      standingOf(check, isRefused ? used : used + check.cost, isOver(check, used), now),
    );
  }

  /** Adds the tokens of a finished call, also beyond the limit. */
  spend(subjects: RateSubjects, tokens: number, now: number): void {
    this.#roll(now);
    for (const [scope, id] of entriesOf(subjects)) {
      const name = nameOf({ scope, id, measure: 'tokens_per_minute' });
      this.#minute.counts.set(name, (this.#minute.counts.get(name) ?? 0) + tokens);
    }
  }

  /** Renews a run, also one that has expired. */
  renew(run_id: string, subjects: RateSubjects, now: number): void {
    this.#hold({ run_id, subjects, until: now + leaseFor });
  }

  release(run_id: string): void {
    if (this.#leases.delete(run_id)) this.#store.dropLeases([run_id]);
  }

  #hold(lease: Lease): void {
    this.#leases.set(lease.run_id, lease);
    this.#store.putLease(lease);
  }

  /** Removes past windows and expired runs. */
  #roll(now: number): void {
    for (const window of [this.#minute, this.#day]) {
      const starts_at = now - (now % window.length);
      if (window.starts_at === starts_at) continue;
      window.starts_at = starts_at;
      window.counts.clear();
    }
    const lost = [...this.#leases.values()]
      .filter(({ until }) => until <= now)
      .map(({ run_id }) => run_id);
    if (lost.length === 0) return;
    for (const run_id of lost) this.#leases.delete(run_id);
    this.#store.dropLeases(lost);
  }

  #used({ scope, id, measure }: Check, run_id: string | null): number {
    if (measure === 'concurrent_runs') {
      return [...this.#leases.values()].filter(
        (lease) => lease.run_id !== run_id && lease.subjects[scope as RateScope] === id,
      ).length;
    }
    const name = nameOf({ scope, id, measure });
    if (measure !== 'requests_per_day') return this.#minute.counts.get(name) ?? 0;
    const known = this.#day.counts.get(name) ?? this.#store.readDay(this.#day.starts_at, name);
    this.#day.counts.set(name, known);
    return known;
  }

  #count(check: Check, used: number): void {
    if (check.measure === 'concurrent_runs') return;
    const name = nameOf(check);
    if (check.measure === 'requests_per_day') {
      this.#day.counts.set(name, used);
      this.#store.writeDay(this.#day.starts_at, name, used);
    } else this.#minute.counts.set(name, used);
  }
}

const nameOf = ({ scope, id, measure }: Pick<Check, 'scope' | 'id' | 'measure'>) =>
  `${measure}:${scope}:${id}`;

const entriesOf = (subjects: RateSubjects) =>
  (Object.entries(subjects) as [RateScope, string | null][]).filter(
    (entry): entry is [RateScope, string] => entry[1] !== null,
  );

/** Tokens are not known in advance: a call is allowed while any remain. */
const isOver = ({ limit, measure, cost }: Check, used: number) =>
  measure === 'tokens_per_minute' ? used >= limit : used + cost > limit;

function checksOf(
  { subjects, requests, tokens, run_id, own = null }: RateWanted,
  rules: RateRules,
): Check[] {
  const ofToken: Check[] =
    own === null
      ? []
      : [
          {
            scope: 'token',
            id: own.id,
            measure: 'requests_per_minute',
            limit: own.requests_per_minute,
            cost: 1,
          },
        ];
  const others = entriesOf(subjects).flatMap(([scope, id]) => {
    const limits = limitsFor(rules, scope, id);
    const costs: Partial<Record<RateMeasure, number>> = {
      ...(requests.includes(scope) ? { requests_per_minute: 1, requests_per_day: 1 } : {}),
      ...(tokens ? { tokens_per_minute: 0 } : {}),
      ...(run_id === null ? {} : { concurrent_runs: 1 }),
    };
    return (Object.entries(costs) as [RateMeasure, number][]).flatMap(([measure, cost]) => {
      const limit = limits[measure];
      return limit === null ? [] : [{ scope, id, measure, limit, cost }];
    });
  });
  return [...ofToken, ...others];
}

function standingOf(
  { scope, id, measure, limit }: Check,
  used: number,
  is_refused: boolean,
  now: number,
): RateStanding {
  const window = windows[measure];
  // A run in progress may end at any time.
  const reset_s =
    window === undefined ? (is_refused ? 1 : null) : Math.ceil((window - (now % window)) / second);
  return {
    policy: `${scopeNames[scope]}-${names[measure]}`,
    scope,
    id,
    limit,
    unit: units[measure],
    window_s: window === undefined ? null : window / second,
    remaining: Math.max(0, limit - used),
    reset_s,
    is_refused,
  };
}
