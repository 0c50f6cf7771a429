import type { Ctx } from '../../platform/context.ts';
import { nanoPerUsd } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { expositionType, type Metric, type Sample, writeExposition } from './exposition.ts';
import { type Figures, readFigures } from './metrics-store.ts';

/** What is going on behind the scenes of the caller's workspace, and whether the deployment's periodic work is done. */
export async function getMetrics(ctx: Ctx): Promise<Response> {
  const now = ctx.now();
  const figures = await readFigures(ctx.db, ctx.workspace_id, now);
  const metrics = [
    ...jobMetrics(figures, now),
    ...workMetrics(figures, now),
    ...scheduleMetrics(figures, now),
    ...exportMetrics(figures, now),
  ];
  return new Response(writeExposition(metrics), {
    headers: { 'content-type': expositionType, 'cache-control': 'no-store' },
  });
}

type Kind = Pick<Metric, 'name' | 'type' | 'help'>;

const gauge = (name: string, help: string): Kind => ({
  name: `agentgrid_${name}`,
  type: 'gauge',
  help,
});
const one = (kind: Kind, value: number): Metric => ({ ...kind, samples: [{ value }] });
const many = (kind: Kind, samples: readonly Sample[]): Metric => ({ ...kind, samples });

/** Seconds since an instant; 0 where there is none, so that an alert has something to compare. */
const age = (since: number | null, now: number) =>
  since === null ? 0 : Math.max(0, now - since) / second;

/** A kind of job is listed while it has jobs; the states are always there. */
function jobMetrics({ jobs, buried }: Figures, now: number): Metric[] {
  const states = ['due', 'claimed', 'waiting'] as const;
  const types = [...new Set(jobs.map(({ type }) => type))].sort();
  const depth = (of: readonly Figures['jobs'][number][]) =>
    of.reduce((sum, row) => sum + row.jobs, 0);
  const oldest = jobs.length === 0 ? null : Math.min(...jobs.map((row) => row.oldest));
  return [
    many(
      gauge(
        'jobs',
        'Background jobs that are not done: due (anybody may take it), claimed (somebody works on it), waiting (for its time).',
      ),
      states.map((state) => ({
        labels: { state },
        value: depth(jobs.filter((row) => row.state === state)),
      })),
    ),
    many(
      gauge('jobs_by_type', 'Background jobs that are not done, by what they do.'),
      types.map((type) => ({
        labels: { type },
        value: depth(jobs.filter((row) => row.type === type)),
      })),
    ),
    one(
      gauge('job_oldest_age_seconds', 'Age of the oldest background job that is not done.'),
      age(oldest, now),
    ),
    one(
      gauge('dead_letters', 'Background jobs that used up their attempts and wait for a person.'),
      buried.reduce((sum, row) => sum + row.jobs, 0),
    ),
    many(
      gauge(
        'dead_letters_by_type',
        'Background jobs that used up their attempts, by what they do.',
      ),
      buried.map(({ type, jobs: value }) => ({ labels: { type }, value })),
    ),
  ];
}

const workMetrics = ({ holds, runs }: Figures, now: number): Metric[] => [
  one(
    gauge('budget_holds_open', 'Model calls for which money of budgets is set aside.'),
    holds.open,
  ),
  one(
    gauge('budget_held_usd', 'Money of budgets that is set aside for model calls.'),
    holds.held_nano_usd / nanoPerUsd,
  ),
  one(
    gauge('budget_hold_oldest_age_seconds', 'For how long the oldest money has been set aside.'),
    age(holds.oldest, now),
  ),
  one(gauge('runs_running', 'Runs that have not ended.'), runs.running),
  one(
    gauge('runs_lost', 'Runs that have not ended and whose host gives no sign of life.'),
    runs.lost,
  ),
];

function scheduleMetrics({ ticks }: Figures, now: number): Metric[] {
  const tasks = ticks.flatMap(({ succeeded }) =>
    Object.entries(JSON.parse(succeeded) as Record<string, number>),
  );
  return [
    many(
      gauge(
        'schedule_tick_age_seconds',
        'Time since the periodic work of a cron expression was last gone through.',
      ),
      ticks.map(({ cron, ticked_at }) => ({ labels: { cron }, value: age(ticked_at, now) })),
    ),
    many(
      gauge(
        'schedule_success_age_seconds',
        'Time since a periodic task last ended well; +Inf for never.',
      ),
      tasks.map(([task, at]) => ({
        labels: { task },
        value: at === 0 ? Number.POSITIVE_INFINITY : age(at, now),
      })),
    ),
  ];
}

/** Only where the workspace exports its runs. */
const exportMetrics = ({ telemetry }: Figures, now: number): Metric[] =>
  telemetry.flatMap(({ waiting, oldest, failures, suspended, dropped_runs }) => [
    one(gauge('telemetry_runs_waiting', 'Ended runs that are still to be exported.'), waiting),
    one(
      gauge('telemetry_oldest_age_seconds', 'For how long the oldest of them has waited.'),
      age(oldest, now),
    ),
    one(gauge('telemetry_failures', 'Exports in a row that have failed.'), failures),
    one(
      gauge('telemetry_suspended', 'Whether the endpoint has refused exports for good.'),
      suspended,
    ),
    one(
      { ...gauge('telemetry_runs_dropped_total', 'Runs that were given up.'), type: 'counter' },
      dropped_runs,
    ),
  ]);
