import { z } from '@hono/zod-openapi';
import { toWireUsd } from '../shared/money.ts';
import type { DayFigures } from './anomalies.ts';
import type { Figures } from './figures.ts';
import type { Histogram } from './histogram.ts';
import { isMeasured, readMetric } from './kinds.ts';
import { sections } from './metrics/index.ts';
import type { Metric, Ratio, StoredMetric, Tally } from './metrics/metric.ts';

export const count = z.number().int().min(0);
export const Usd = z.number().openapi({ example: 0.0123 });

interface Distribution {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

interface ShownByKind {
  readonly sum: number;
  readonly distinct: number;
  readonly tally: Record<string, number>;
  readonly distribution: Distribution | null;
  readonly mean: number | null;
}

type Since<M> = M extends Ratio
  ? M['from'][number]['since']
  : M extends StoredMetric
    ? M['since']
    : never;
type ShownValue<M> = M extends Ratio
  ? number | (M['empty'] & null)
  : M extends { kind: 'tally'; keys: readonly (infer Key extends string)[] }
    ? Record<Key, number>
    : M extends StoredMetric
      ? ShownByKind[M['kind']]
      : never;
/** What a report shows of a metric; null where it may not have been measured. */
type Shown<M> = ShownValue<M> | (Since<M> extends 1 ? never : null);

type SectionShape<Metrics extends readonly Metric[]> = {
  [M in Metrics[number] as M['name']]: z.ZodType<Shown<M>>;
};
type MeasuresShape = {
  -readonly [Name in keyof typeof sections]: z.ZodObject<SectionShape<(typeof sections)[Name]>>;
};

const isRatio = (metric: Metric): metric is Ratio => metric.kind === 'ratio';
const partsOf = (metric: Metric): readonly StoredMetric[] =>
  isRatio(metric) ? metric.from : [metric];

const schemas: Readonly<Record<Metric['kind'], (metric: Metric) => z.ZodType>> = {
  sum: ({ unit }) => (unit === 'nano_usd' ? Usd : count),
  distinct: () => count,
  tally: (metric) => tallySchema(metric as Tally<'run'>),
  distribution: () =>
    z.object({ mean: z.number(), p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  mean: () => z.number().nullable(),
  ratio: (metric) => {
    const schema = metric.unit === 'nano_usd' ? Usd : z.number();
    return isRatio(metric) && metric.empty === null ? schema.nullable() : schema;
  },
};

function tallySchema({ keys, example = {} }: Tally<'run'>): z.ZodType {
  if (keys === undefined) return z.record(z.string(), count).openapi({ example });
  return z.object(Object.fromEntries(keys.map((key) => [key, count])));
}

/** The schema of a metric: nullable where older rollups do not have it, with its description and unit. */
function schemaOf(metric: Metric): z.ZodType {
  const schema = schemas[metric.kind](metric);
  const isNew = partsOf(metric).some(({ since }) => since > 1);
  const described = isNew
    ? `${metric.description} null where part of the time was rolled up before this was measured.`
    : metric.description;
  return (isNew ? schema.nullable() : schema)
    .describe(described)
    .openapi({ 'x-unit': metric.unit === 'nano_usd' ? 'usd' : metric.unit });
}

const mapSections = <To>(to: (metrics: readonly Metric[]) => To) =>
  Object.fromEntries(Object.entries(sections).map(([name, metrics]) => [name, to(metrics)]));

export const Measures = z
  .object(
    mapSections((metrics) =>
      z.object(Object.fromEntries(metrics.map((metric) => [metric.name, schemaOf(metric)]))),
    ) as unknown as MeasuresShape,
  )
  .openapi('Measures');
export type Measures = z.output<typeof Measures>;

/** The report of figures. Of no facts, counts and sums are 0 and what would be a mean of nothing is null. */
export const toMeasures = (figures: Figures): Measures =>
  mapSections((metrics) =>
    Object.fromEntries(metrics.map((metric) => [metric.name, shown(figures, metric)])),
  ) as unknown as Measures;

function shown(figures: Figures, metric: Metric): unknown {
  if (!partsOf(metric).every((part) => isMeasured(figures, part))) return null;
  const money = (value: number) => (metric.unit === 'nano_usd' ? usd(value) : value);
  if (isRatio(metric)) {
    const [part, whole] = metric.read(
      metric.from.map((stored) => readMetric(figures, stored)) as never,
    );
    return whole === 0 ? metric.empty : money(part / whole);
  }
  const value = readMetric(figures, metric);
  if (metric.kind === 'tally' && metric.keys !== undefined)
    return Object.fromEntries(
      metric.keys.map((key) => [key, (value as Record<string, number>)[key] ?? 0]),
    );
  if (metric.kind === 'distribution') return toDistribution(value as Histogram);
  return typeof value === 'number' ? money(value) : value;
}

/** nano-USD as US dollars. */
export const usd = (nano: number): number => toWireUsd(nano) ?? 0;

function toDistribution(histogram: Histogram): Distribution | null {
  const [mean, p50, p95, p99] = [
    histogram.mean,
    ...[0.5, 0.95, 0.99].map((share) => histogram.percentile(share)),
  ];
  return mean == null || p50 == null || p95 == null || p99 == null ? null : { mean, p50, p95, p99 };
}

/** The figures of a day that anomalies are found by. */
export const dayFigures = ({ cost, usage, performance }: Measures): DayFigures => ({
  cost_usd: cost.total_usd,
  runs: usage.runs,
  error_rate: performance.error_rate,
});
