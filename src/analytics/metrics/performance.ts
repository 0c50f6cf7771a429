import { ratio, type StoredMetric } from './metric.ts';
import { calls, runs } from './usage.ts';

const latency_ms = {
  name: 'latency_ms',
  stored: 'run',
  kind: 'distribution',
  from: 'run',
  read: (run) => run.latency_ms,
  unit: 'milliseconds',
  description: 'Duration of runs. Percentiles are exact to 1.5 %. null without runs.',
  since: 1,
} as const satisfies StoredMetric;

const first_token_ms = {
  name: 'first_token_ms',
  stored: 'run_first_token',
  kind: 'distribution',
  from: 'run',
  read: (run) => run.first_token_ms,
  unit: 'milliseconds',
  description:
    'Time to the first output of runs. Percentiles are exact to 1.5 %. null without output.',
  since: 1,
} as const satisfies StoredMetric;

const call_latency_ms = {
  name: 'call_latency_ms',
  stored: 'call',
  kind: 'distribution',
  from: 'call',
  read: (call) => call.latency_ms,
  unit: 'milliseconds',
  description: 'Duration of model calls. Percentiles are exact to 1.5 %. null without calls.',
  since: 1,
} as const satisfies StoredMetric;

const call_first_token_ms = {
  name: 'call_first_token_ms',
  stored: 'call_first_token',
  kind: 'distribution',
  from: 'call',
  read: (call) => call.first_token_ms,
  unit: 'milliseconds',
  description: 'Time to the first output of model calls.',
  since: 1,
} as const satisfies StoredMetric;

const runs_by_status = {
  name: 'runs_by_status',
  stored: 'ended',
  kind: 'tally',
  from: 'run',
  read: ({ status }) => [status, 1],
  unit: 'runs',
  description:
    'Runs by the status in which they ended; `refused` for runs that a budget refused, which are no errors.',
  example: { completed: 12 },
  since: 1,
} as const satisfies StoredMetric;

const error_rate = ratio({
  name: 'error_rate',
  from: [runs_by_status, runs],
  read: ([{ failed = 0, interrupted = 0 }, all]) => [failed + interrupted, all],
  unit: 'ratio',
  description: 'Share of runs that failed or were interrupted, 0..1; 0 without runs.',
  empty: 0,
});

const failed_calls = {
  name: 'failed_calls',
  kind: 'sum',
  from: 'call',
  read: ({ status }) => (status === 'error' ? 1 : null),
  unit: 'calls',
  description: 'Model calls that failed.',
  since: 1,
} as const satisfies StoredMetric;

const call_error_rate = ratio({
  name: 'call_error_rate',
  from: [failed_calls, calls],
  read: ([failed, all]) => [failed, all],
  unit: 'ratio',
  description: 'Share of model calls that failed, 0..1; 0 without calls.',
  empty: 0,
});

/** Shown, in this order, as `performance`. */
export const performance = [
  latency_ms,
  first_token_ms,
  call_latency_ms,
  error_rate,
  call_error_rate,
  runs_by_status,
] as const;

/** Stored, and in no report yet. */
export const performanceParts = [call_first_token_ms] as const;
