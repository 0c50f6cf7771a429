import { z } from '@hono/zod-openapi';
import { toWireUsd } from '../shared/money.ts';
import type { DayFigures } from './anomalies.ts';
import type { Figures } from './figures.ts';
import type { Histogram } from './histogram.ts';
import { isMeasured, readMetric } from './kinds.ts';
import { sections } from './metrics/index.ts';
import type { Metric, Ratio, StoredMetric, Tally } from './metrics/metric.ts';

export const count = z.int().min(0);
export const Usd = z.number().openapi({ example: 0.0123, 'x-unit': 'usd' });

const Distribution = z
  .object({ mean: z.number(), p50: z.number(), p95: z.number(), p99: z.number() })
  .nullable();
type Distribution = z.output<typeof Distribution>;

interface ShownByKind {
  readonly sum: number;
  readonly distinct: number;
  readonly tally: Record<string, number>;
  readonly distribution: Distribution;
  readonly mean: number | null;
}

type ShownValue<M> = M extends Ratio
  ? number | (M['empty'] & null)
  : M extends { readonly kind: 'tally'; readonly keys: readonly (infer Key extends string)[] }
    ? Record<Key, number>
    : M extends StoredMetric
      ? ShownByKind[M['kind']]
      : never;
type Since<M> = M extends Ratio
  ? M['from'][number]['since']
  : M extends StoredMetric
    ? M['since']
    : never;

/** The reported value of a metric. Metrics of schema 1 were always measured; others are null if they were not. */
type Shown<M> = ShownValue<M> | (Since<M> extends 1 ? never : null);

type Sections = Readonly<Record<string, readonly Metric[]>>;
type Shape<Of extends Sections> = {
  -readonly [Name in keyof Of]: z.ZodObject<{
    [M in Of[Name][number] as M['name']]: z.ZodType<Shown<M>>;
  }>;
};

/** Returns the schema of a report and the function that computes it from figures. Both derive from the metrics of its sections. */
export function reportOf<const Of extends Sections>(of: Of) {
  const inSections = (to: (metric: Metric) => unknown) =>
    Object.entries(of).map(
      ([name, metrics]) =>
        [name, Object.fromEntries(metrics.map((metric) => [metric.name, to(metric)]))] as const,
    );
  const shape = Object.fromEntries(
    inSections(schemaOf).map(([name, fields]) => [name, z.object(fields as z.ZodRawShape)]),
  );
  const schema = z.object(shape as unknown as Shape<Of>);
  const read = (figures: Figures): z.output<typeof schema> =>
    Object.fromEntries(inSections((metric) => shown(figures, metric))) as never;
  return { schema, read };
}

const isRatio = (metric: Metric): metric is Ratio => metric.kind === 'ratio';
const partsOf = (metric: Metric): readonly StoredMetric[] =>
  isRatio(metric) ? metric.from : [metric];

/** Returns the schema of a metric, with its description and unit; nullable if older rollups lack it. */
function schemaOf(metric: Metric): z.ZodType {
  const isNew = partsOf(metric).some(({ since }) => since > 1);
  const schema = valueSchema(metric);
  return (isNew ? schema.nullable() : schema)
    .describe(
      isNew
        ? `${metric.description} Null if part of the range was rolled up before the metric existed.`
        : metric.description,
    )
    .openapi({ 'x-unit': metric.unit === 'nano_usd' ? 'usd' : metric.unit });
}

function valueSchema(metric: Metric): z.ZodType {
  if (metric.kind === 'tally') return tallySchema(metric);
  if (metric.kind === 'distribution') return Distribution;
  const value = metric.unit === 'nano_usd' ? Usd : z.number();
  if (metric.kind === 'mean') return value.nullable();
  if (isRatio(metric)) return metric.empty === null ? value.nullable() : value;
  return metric.unit === 'nano_usd' ? Usd : count;
}

function tallySchema({ keys, example = {} }: Pick<Tally<'run'>, 'keys' | 'example'>): z.ZodType {
  if (keys === undefined) return z.record(z.string(), count).openapi({ example });
  return z.object(Object.fromEntries(keys.map((key) => [key, count])));
}

function shown(figures: Figures, metric: Metric): unknown {
  if (!partsOf(metric).every((part) => isMeasured(figures, part))) return null;
  const toUnit = (value: number) => (metric.unit === 'nano_usd' ? usd(value) : value);
  if (isRatio(metric)) {
    const values = metric.from.map((part) => readMetric(figures, part));
    const [part, whole] = metric.read(values as never);
    return whole === 0 ? metric.empty : toUnit(part / whole);
  }
  const value = readMetric(figures, metric);
  if (metric.kind === 'tally') return shownTally(metric, value as Record<string, number>);
  if (metric.kind === 'distribution') return toDistribution(value as Histogram);
  return typeof value === 'number' ? toUnit(value) : value;
}

const shownTally = ({ keys }: Pick<Tally<'run'>, 'keys'>, sums: Record<string, number>) =>
  keys === undefined ? sums : Object.fromEntries(keys.map((key) => [key, sums[key] ?? 0]));

/** nano-USD as US dollars. */
export const usd = (nano: number): number => toWireUsd(nano) ?? 0;

function toDistribution(histogram: Histogram): Distribution {
  const [mean, p50, p95, p99] = [
    histogram.mean,
    ...[0.5, 0.95, 0.99].map((share) => histogram.percentile(share)),
  ];
  return mean == null || p50 == null || p95 == null || p99 == null ? null : { mean, p50, p95, p99 };
}

const report = reportOf(sections);

export const Measures = report.schema.openapi('Measures');
export type Measures = z.output<typeof Measures>;

/** Returns the report of figures. Without facts, counts and sums are 0 and means are null. */
export const toMeasures: (figures: Figures) => Measures = report.read;

/** Returns the figures of a day that anomaly detection uses. */
export const dayFigures = ({ cost, usage, performance, quality }: Measures): DayFigures => ({
  cost_usd: cost.total_usd,
  runs: usage.runs,
  error_rate: performance.error_rate,
  online_score: quality.online_score,
  scores: (quality.online_scores?.passed ?? 0) + (quality.online_scores?.failed ?? 0),
});
