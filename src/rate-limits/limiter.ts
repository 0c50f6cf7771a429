import { DurableObject } from 'cloudflare:workers';
import { openPlatform, type Platform } from '../platform/cloudflare.ts';
import type { RateStanding, RateSubjects, RateWanted } from '../platform/ports.ts';
import { noRules, type RateRules } from '../shared/rate-rules.ts';
import { day, minute } from '../shared/time.ts';
import { type CounterStore, Counters, type Lease } from './counters.ts';
import { selectRateLimits } from './store.ts';

/**
 * Counts requests, tokens and runs of one workspace. There is one object for each workspace with limits, so counts
 * are exact. It caches the rules by revision; a call with a newer revision makes it read them again.
 */
export class RateLimiter extends DurableObject<Env> {
  readonly #counters: Counters;
  readonly #platform: Platform;
  #rules: { readonly revision: number; readonly rules: RateRules } = {
    revision: 0,
    rules: noRules,
  };
  #reading: Promise<void> | null = null;
  #sweeps_at = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#platform = openPlatform(env, ctx, { request_id: 'rate_limiter' });
    this.#counters = new Counters(openStore(ctx.storage.sql));
  }

  async take(workspace_id: string, revision: number, wanted: RateWanted): Promise<RateStanding[]> {
    while (this.#rules.revision < revision) await this.#read(workspace_id);
    const standings = this.#counters.take(wanted, this.#rules.rules, this.#platform.now());
    this.#sweepLater();
    return standings;
  }

  async spend(subjects: RateSubjects, tokens: number): Promise<void> {
    this.#counters.spend(subjects, tokens, this.#platform.now());
  }

  async renew(run_id: string, subjects: RateSubjects): Promise<void> {
    this.#counters.renew(run_id, subjects, this.#platform.now());
  }

  async release(run_id: string): Promise<void> {
    this.#counters.release(run_id);
  }

  /** Deletes rows and keeps the tables: the object may be called again while its workspace is being deleted. */
  async erase(): Promise<void> {
    this.ctx.storage.sql.exec('delete from days');
    this.ctx.storage.sql.exec('delete from leases');
    await this.ctx.storage.deleteAlarm();
  }

  /** Deletes the counts of an erased end user, and whose runs are in progress. */
  async eraseEndUser(end_user_id: string): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec('delete from days where name = ?', `requests_per_day:end_user:${end_user_id}`);
    sql.exec("delete from leases where subjects ->> 'end_user' = ?", end_user_id);
  }

  /** Deletes the counts of past days. */
  override async alarm(): Promise<void> {
    const today = startOfDay(this.#platform.now());
    this.ctx.storage.sql.exec('delete from days where starts_at < ?', today);
    const { left } = this.ctx.storage.sql
      .exec<{ left: number }>('select count(*) as left from days')
      .one();
    if (left > 0) await this.ctx.storage.setAlarm(today + day + minute);
  }

  /** Reads the rules once for all concurrent callers. */
  #read(workspace_id: string): Promise<void> {
    this.#reading ??= this.#readRules(workspace_id).finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readRules(workspace_id: string): Promise<void> {
    const row = await selectRateLimits(this.#platform.db, workspace_id).get();
    if (row === undefined) throw new Error('a workspace with limits in force has none');
    this.#rules = row;
  }

  #sweepLater(): void {
    const tomorrow = startOfDay(this.#platform.now()) + day;
    if (this.#sweeps_at === tomorrow) return;
    this.#sweeps_at = tomorrow;
    void this.ctx.storage.setAlarm(tomorrow + minute);
  }
}

const startOfDay = (now: number) => now - (now % day);

/** Writes are durable before the caller gets its reply: the output gate of the object holds replies back. */
function openStore(sql: SqlStorage): CounterStore {
  sql.exec(
    'create table if not exists days (starts_at integer, name text, used integer, primary key (starts_at, name)) without rowid',
  );
  sql.exec(
    'create table if not exists leases (run_id text primary key, subjects text, until integer) without rowid',
  );
  return {
    readDay: (starts_at, name) =>
      sql
        .exec<{ used: number }>(
          'select used from days where starts_at = ? and name = ?',
          starts_at,
          name,
        )
        .toArray()[0]?.used ?? 0,
    writeDay: (starts_at, name, used) =>
      void sql.exec('insert or replace into days values (?, ?, ?)', starts_at, name, used),
    leases: () =>
      sql
        .exec<{ run_id: string; subjects: string; until: number }>('select * from leases')
        .toArray()
        .map(
          ({ run_id, subjects, until }): Lease => ({
            run_id,
            subjects: JSON.parse(subjects) as RateSubjects,
            until,
          }),
        ),
    putLease: ({ run_id, subjects, until }) =>
      void sql.exec(
        'insert or replace into leases values (?, ?, ?)',
        run_id,
        JSON.stringify(subjects),
        until,
      ),
    dropLeases: (run_ids) =>
      void sql.exec(
        'delete from leases where run_id in (select value from json_each(?))',
        JSON.stringify(run_ids),
      ),
  };
}
