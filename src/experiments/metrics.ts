import type { Experiment } from './schema.ts';

type Success = Experiment['settings']['success'];

/** A sum over the runs, ratings and events of a subject (facts.ts), such as `runs`, `failed` or `event:order.value`. */
export type SumName = string;
export type Sums = Readonly<Record<SumName, number>>;

/** Values of which each counts, not their sum: milliseconds of runs. */
export const valueNames = ['latency', 'first_token'] as const;
export type ValueName = (typeof valueNames)[number];

/** How a metric is measured. */
export type Measure =
  | {
      readonly kind: 'ratio';
      /** The metric is Σx / Σy over subjects; without y, the mean of x. */
      readonly x: SumName;
      readonly y: SumName | null;
      readonly unit: Unit;
      /** Factor from the sums to the unit. */
      readonly scale: number;
    }
  | {
      readonly kind: 'quantile';
      readonly values: ValueName;
      readonly share: number;
      readonly unit: Unit;
      readonly scale: 1;
    };

export const units = ['share', 'usd', 'milliseconds', 'messages', 'value'] as const;
type Unit = (typeof units)[number];

const ratio = (x: SumName, y: SumName | null, unit: Unit, scale = 1): Measure => ({
  ...{ kind: 'ratio', x, y, unit, scale },
});
const p95 = (values: ValueName): Measure => ({
  ...{ kind: 'quantile', values, share: 0.95, unit: 'milliseconds', scale: 1 },
});

const measures: Readonly<Record<string, Measure>> = {
  feedback_score: ratio('score', 'ratings', 'share'),
  error_rate: ratio('failed', 'runs', 'share'),
  latency_p95: p95('latency'),
  first_token_p95: p95('first_token'),
  cost_per_message: ratio('cost', 'priced', 'usd', 1e-9),
  confidence: ratio('confidence', 'rated_confidence', 'share'),
  coverage: ratio('coverage', 'rated_coverage', 'share'),
  messages_per_session: ratio('runs', 'sessions', 'messages'),
};

/** The sum of the values of an event, and that of the sessions that have it. */
export const eventSum = (name: string): SumName => `event:${name}`;
export const reachedSum = (name: string): SumName => `reached:${name}`;

/** Returns how a metric is measured. */
export function measureOf(metric: string, success: Success): Measure {
  const known = Object.hasOwn(measures, metric) ? measures[metric] : undefined;
  if (known !== undefined) return known;
  if (metric !== 'success') return ratio(metric, null, 'value');
  switch (success.source) {
    case 'goal':
      return ratio(reachedSum(success.event), 'sessions', 'share');
    case 'judge':
      return ratio('passed', 'scored', 'share');
    case 'feedback':
      return ratio('good', 'ratings', 'share');
  }
}

/** A metric of an experiment with how it is measured. */
export interface Measured {
  readonly metric: string;
  readonly measure: Measure;
}

type Defined = Pick<Experiment, 'primary_metric' | 'guard_metrics' | 'settings'>;

/** Returns the metrics of an experiment, the primary one first, each once. */
export function metricsOf({ primary_metric, guard_metrics, settings }: Defined): Measured[] {
  const names = new Set([primary_metric, ...guard_metrics].map(({ metric }) => metric));
  return [...names].map((metric) => ({ metric, measure: measureOf(metric, settings.success) }));
}

/** Returns the online scorer whose scores a metric of an experiment reads; null if none does. */
export const scorerOf = (experiment: Defined): string | null =>
  metricsOf(experiment).some(({ metric }) => metric === 'success')
    ? (experiment.settings.success.scorer_id ?? null)
    : null;

/** Returns the sums that metrics read. */
export const sumsOf = (metrics: readonly Measured[]): ReadonlySet<SumName> =>
  new Set(
    metrics.flatMap(({ measure }) => {
      if (measure.kind === 'quantile') return [];
      return measure.y === null ? [measure.x] : [measure.x, measure.y];
    }),
  );

/** Returns the names of events that sums read. */
export const eventsOf = (sums: ReadonlySet<SumName>): string[] => [
  ...new Set(
    [...sums].flatMap((sum) => (/^(?:event|reached):/.test(sum) ? [sum.replace(/^\w+:/, '')] : [])),
  ),
];
