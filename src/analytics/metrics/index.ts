import type { FactKind } from '../facts.ts';
import { costParts, costs } from './cost.ts';
import type { Metric, MetricFrom, StoredMetric } from './metric.ts';
import { performance, performanceParts } from './performance.ts';
import { quality } from './quality.ts';
import { usage } from './usage.ts';

/** The sections of a report, each with its metrics in the order in which they are shown. */
export const sections = { usage, performance, quality, cost: costs } as const;

const all: readonly Metric[] = [
  ...[usage, performance, quality, costs].flat(),
  ...[performanceParts, costParts].flat(),
];

/** Every metric that rollups store: declared metrics, and the parts of ratios. */
export const storedMetrics: readonly StoredMetric[] = [
  ...new Set(all.flatMap((metric) => (metric.kind === 'ratio' ? metric.from : [metric]))),
];

/** The current schema number of rollups. */
export const currentSchema = Math.max(...storedMetrics.map(({ since }) => since));

/** The metrics that are read from one kind of fact. */
export const metricsFrom = <From extends FactKind>(from: From): readonly MetricFrom<From>[] =>
  storedMetrics.filter((metric): metric is StoredMetric & MetricFrom<From> => metric.from === from);
