import type { Ctx } from '../../platform/context.ts';
import { nanoPerUsd } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import { expositionType, type Metric, type Sample, writeExposition } from './exposition.ts';
import { type Figures, readFigures } from './metrics-store.ts';

/**
 * Returns metrics of background work in the caller's workspace and of the deployment's schedule, in
 * the Prometheus text format.
 */
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

/** Seconds since an instant; 0 for null, so that alert rules always have a value. */
const age = (since: number | null, now: number) =>
  since === null ? 0 : Math.max(0, now - since) / second;

/** Job types are listed only while they have jobs; states are always listed. */
function jobMetrics({ jobs, deadLetters }: Figures, now: number): Metric[] {
  const states = ['due', 'claimed', 'waiting'] as const;
  const types = [...new Set(jobs.map(({ type }) => type))].sort();
  const depth = (of: readonly Figures['jobs'][number][]) =>
    of.reduce((sum, row) => sum + row.jobs, 0);
  const oldest = jobs.length === 0 ? null : Math.min(...jobs.map((row) => row.oldest));
  return [
    many(
      gauge(
        'jobs',
        'Unfinished background jobs by state: due (ready to be claimed), claimed (being executed), waiting (scheduled for later).',
      ),
      states.map((state) => ({
        labels: { state },
        value: depth(jobs.filter((row) => row.state === state)),
      })),
    ),
    many(
      gauge('jobs_by_type', 'Unfinished background jobs by type.'),
      types.map((type) => ({
        labels: { type },
        value: depth(jobs.filter((row) => row.type === type)),
      })),
    ),
    one(
      gauge('job_oldest_age_seconds', 'Age of the oldest unfinished background job.'),
      age(oldest, now),
    ),
    one(
      gauge('dead_letters', 'Background jobs whose attempts are exhausted.'),
      deadLetters.reduce((sum, row) => sum + row.jobs, 0),
    ),
    many(
      gauge('dead_letters_by_type', 'Background jobs whose attempts are exhausted, by type.'),
      deadLetters.map(({ type, jobs: value }) => ({ labels: { type }, value })),
    ),
  ];
}

const workMetrics = ({ holds, runs }: Figures, now: number): Metric[] => [
  one(gauge('budget_holds_open', 'Model calls with an open budget hold.'), holds.open),
  one(
    gauge('budget_held_usd', 'Amount of open budget holds, in US dollars.'),
    holds.held_nano_usd / nanoPerUsd,
  ),
  one(
    gauge('budget_hold_oldest_age_seconds', 'Age of the oldest open budget hold.'),
    age(holds.oldest, now),
  ),
  one(gauge('runs_running', 'Active runs.'), runs.running),
  one(gauge('runs_lost', 'Active runs whose lease has expired.'), runs.lost),
];

function scheduleMetrics({ ticks }: Figures, now: number): Metric[] {
  const tasks = ticks.flatMap(({ succeeded }) =>
    Object.entries(JSON.parse(succeeded) as Record<string, number>),
  );
  return [
    many(
      gauge(
        'schedule_tick_age_seconds',
        'Time since the tasks of a cron expression were last run.',
      ),
      ticks.map(({ cron, ticked_at }) => ({ labels: { cron }, value: age(ticked_at, now) })),
    ),
    many(
      gauge(
        'schedule_success_age_seconds',
        'Time since the last success of a periodic task; +Inf for never.',
      ),
      tasks.map(([task, at]) => ({
        labels: { task },
        value: at === 0 ? Number.POSITIVE_INFINITY : age(at, now),
      })),
    ),
  ];
}

/** Present only when the workspace exports its runs. */
const exportMetrics = ({ telemetry }: Figures, now: number): Metric[] =>
  telemetry.flatMap(({ waiting, oldest, failures, suspended, dropped_runs }) => [
    one(gauge('telemetry_runs_waiting', 'Finished runs waiting for export.'), waiting),
    one(
      gauge('telemetry_oldest_age_seconds', 'Age of the oldest run waiting for export.'),
      age(oldest, now),
    ),
    one(gauge('telemetry_failures', 'Consecutive failed exports.'), failures),
    one(gauge('telemetry_suspended', '1 while exports are suspended, otherwise 0.'), suspended),
    one(
      {
        ...gauge(
          'telemetry_runs_dropped_total',
          'Runs that were not exported within a day or were refused by the endpoint.',
        ),
        type: 'counter',
      },
      dropped_runs,
    ),
  ]);
