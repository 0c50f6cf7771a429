import { sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';

/** Maximum number of rows counted in a backlog. */
const maxCount = 10_000;

interface JobCount {
  readonly type: string;
  readonly state: 'due' | 'claimed' | 'waiting';
  readonly jobs: number;
  readonly oldest: number;
}

export interface Figures {
  readonly jobs: readonly JobCount[];
  readonly deadLetters: readonly { readonly type: string; readonly jobs: number }[];
  readonly holds: {
    readonly open: number;
    readonly held_nano_usd: number;
    readonly oldest: number | null;
  };
  readonly runs: { readonly running: number; readonly lost: number };
  readonly ticks: readonly {
    readonly cron: string;
    readonly ticked_at: number;
    readonly succeeded: string;
  }[];
  readonly telemetry: readonly {
    readonly failures: number;
    readonly suspended: number;
    readonly dropped_runs: number;
    readonly waiting: number;
    readonly oldest: number | null;
  }[];
}

const noHolds: Figures['holds'] = { open: 0, held_nano_usd: 0, oldest: null };
const noRuns: Figures['runs'] = { running: 0, lost: 0 };

/** Reads all figures for the metrics of a workspace, in one round trip. */
export async function readFigures(db: Db, workspace_id: string, now: number): Promise<Figures> {
  const [jobs, deadLetters, [holds = noHolds], [runs = noRuns], ticks, telemetry] = await batch(
    db,
    [
      db.all<JobCount>(sql`select type, state, count(*) as jobs, min(created_at) as oldest from (
      select job ->> 'type' as type, created_at, case when claimed_until > ${now} then 'claimed' when due_at <= ${now} and is_waiting = 0 then 'due' else 'waiting' end as state
      from outbox where workspace_id = ${workspace_id} order by created_at limit ${maxCount}) group by type, state`),
      db.all<Figures['deadLetters'][number]>(sql`select type, count(*) as jobs from (
      select job ->> 'type' as type from dead_letters where workspace_id = ${workspace_id} limit ${maxCount}) group by type`),
      // A call has one hold per binding budget, all of the same amount, so it is counted once.
      db.all<
        Figures['holds']
      >(sql`select count(*) as open, coalesce(sum(amount), 0) as held_nano_usd, min(since) as oldest from (
      select max(h.amount_nano_usd) as amount, min(h.created_at) as since
      from budgets b cross join budget_holds h on h.budget_id = b.id and h.state = 'open' where b.workspace_id = ${workspace_id} group by h.id)`),
      db.all<
        Figures['runs']
      >(sql`select count(*) as running, coalesce(sum(lease_until <= ${now}), 0) as lost
      from runs where status = 'running' and lease_until >= 0 and workspace_id = ${workspace_id}`),
      db.all<Figures['ticks'][number]>(
        sql`select cron, ticked_at, succeeded from schedule_ticks order by cron`,
      ),
      db.all<
        Figures['telemetry'][number]
      >(sql`select failures, suspended_at is not null as suspended, dropped_runs,
      (select count(*) from (select 1 from telemetry_runs where workspace_id = ${workspace_id} limit ${maxCount})) as waiting,
      (select queued_at from telemetry_runs where workspace_id = ${workspace_id} order by run_id limit 1) as oldest
      from telemetry where workspace_id = ${workspace_id} and is_enabled = 1`),
    ],
  );
  return { jobs, deadLetters, holds, runs, ticks, telemetry };
}
