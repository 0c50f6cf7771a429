import type { FactKind, Facts } from './facts.ts';
import type { Figures } from './figures.ts';
import type { MetricFrom, StoredMetric, Sum, ValueOf } from './metrics/metric.ts';

/** A mean is kept as a sum of millionths and the number of values. */
const millionths = 1e6;

const keyOf = ({ name, stored }: { readonly name: string; readonly stored?: string }): string =>
  stored ?? name;

/** Reads a metric from a fact, once, and returns what adds it to figures; null where the fact adds nothing. */
export function entryOf<From extends FactKind>(
  metric: MetricFrom<From>,
  fact: Facts[From],
): ((figures: Figures) => void) | null {
  const key = keyOf(metric);
  if (metric.kind === 'distinct') {
    const value = metric.read(fact);
    return value === null ? null : (figures) => figures.saw(key, value);
  }
  if (metric.kind === 'tally') {
    const entry = metric.read(fact);
    return entry === null ? null : (figures) => figures.count(`${key}:${entry[0]}`, entry[1]);
  }
  const value = metric.read(fact);
  if (value === null) return null;
  if (metric.kind === 'distribution') return (figures) => figures.took(key, value);
  if (metric.kind === 'sum') return (figures) => figures.count(key, value);
  return (figures) => {
    figures.count(`${key}s`);
    figures.count(key, Math.round(value * millionths));
  };
}

/** Adds a computed value, which is not read from a fact, to a sum. */
export const addSum = (
  figures: Figures,
  metric: Pick<Sum<FactKind>, 'kind' | 'name' | 'stored'>,
  by: number,
): void => figures.count(keyOf(metric), by);

/** Returns true if every part of the figures was counted with the metric. */
export const isMeasured = (figures: Figures, { since }: Pick<StoredMetric, 'since'>): boolean =>
  figures.schema >= since;

const readers: {
  readonly [Kind in StoredMetric['kind']]: (
    figures: Figures,
    key: string,
  ) => ValueOf<Extract<StoredMetric, { kind: Kind }>>;
} = {
  sum: (figures, key) => figures.sum(key),
  tally: (figures, key) => Object.fromEntries(figures.sumsOf(`${key}:`)),
  distinct: (figures, key) => figures.distinct(key),
  distribution: (figures, key) => figures.time(key),
  mean: (figures, key) => {
    const count = figures.sum(`${key}s`);
    return count === 0 ? null : figures.sum(key) / millionths / count;
  },
};

/** Null if a metric was not measured in all of the figures; metrics of schema 1 always are. */
type Measured<M extends StoredMetric> = ValueOf<M> | (M['since'] extends 1 ? never : null);

/** Returns the value of a metric: for no facts 0 or null, depending on its kind; null if it was not measured. */
export const readMetric = <M extends StoredMetric>(figures: Figures, metric: M): Measured<M> =>
  (isMeasured(figures, metric)
    ? readers[metric.kind](figures, keyOf(metric))
    : null) as Measured<M>;
