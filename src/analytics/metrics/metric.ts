import type { Dimension } from '../dimensions.ts';
import type { FactKind, Facts } from '../facts.ts';
import type { Histogram } from '../histogram.ts';

/** Units of stored figures. Money is stored in nano-USD and shown in US dollars. */
type Unit =
  | 'runs'
  | 'sessions'
  | 'messages'
  | 'users'
  | 'calls'
  | 'uses'
  | 'ratings'
  | 'answers'
  | 'tokens'
  | 'milliseconds'
  | 'nano_usd'
  | 'ratio';

interface Described {
  /** The key of the metric in the API. */
  readonly name: string;
  readonly unit: Unit;
  readonly description: string;
}

interface Stored extends Described {
  /** The key in stored figures, where it differs from `name`. Never reuse a key for another meaning. */
  readonly stored?: string;
  /**
   * The schema number of the first rollups that have the metric. A new metric takes the highest number in use
   * plus one: in hours that were rolled up before, it is null and not 0.
   */
  readonly since: number;
  /** The dimensions along which it is kept; every dimension but `top` unless given. */
  readonly along?: readonly Dimension[];
}

/** Adds up numbers. null adds nothing. */
export interface Sum<From extends FactKind> extends Stored {
  readonly kind: 'sum';
  readonly from: From;
  readonly read: (fact: Facts[From]) => number | null;
}

/** Adds up numbers by key. With `keys`, the report shows exactly these. */
export interface Tally<From extends FactKind> extends Stored {
  readonly kind: 'tally';
  readonly from: From;
  readonly read: (fact: Facts[From]) => readonly [key: string, by: number | null] | null;
  readonly keys?: readonly string[];
  readonly example?: Readonly<Record<string, number>>;
}

/** Counts different values: exact up to 200, then within about 2 %. */
interface Distinct<From extends FactKind> extends Stored {
  readonly kind: 'distinct';
  readonly from: From;
  readonly read: (fact: Facts[From]) => string | null;
}

/** Keeps the distribution of durations: mean and percentiles. */
interface Distribution<From extends FactKind> extends Stored {
  readonly kind: 'distribution';
  readonly from: From;
  readonly read: (fact: Facts[From]) => number | null;
}

/** Averages numbers with a precision of one millionth. Null is ignored. */
interface Mean<From extends FactKind> extends Stored {
  readonly kind: 'mean';
  readonly from: From;
  readonly read: (fact: Facts[From]) => number | null;
}

export type MetricFrom<From extends FactKind> =
  | Sum<From>
  | Tally<From>
  | Distinct<From>
  | Distribution<From>
  | Mean<From>;

/** A metric that is read from facts and stored in rollups. */
export type StoredMetric = { [From in FactKind]: MetricFrom<From> }[FactKind];

/** A quotient of stored metrics, computed when a report is read. */
export interface Ratio extends Described {
  readonly kind: 'ratio';
  readonly from: readonly StoredMetric[];
  /** Receives the values of `from`, in their order; `ratio` ensures matching types. */
  readonly read: (values: never) => readonly [part: number, whole: number];
  /** The value where the whole is 0. */
  readonly empty: 0 | null;
}

export type Metric = StoredMetric | Ratio;

interface ValueByKind {
  readonly sum: number;
  readonly tally: Readonly<Record<string, number>>;
  readonly distinct: number;
  readonly distribution: Histogram;
  readonly mean: number | null;
}

/** The value of a stored metric where it was measured. */
export type ValueOf<M extends StoredMetric> = ValueByKind[M['kind']];

export type ValuesOf<From extends readonly StoredMetric[]> = {
  readonly [Index in keyof From]: ValueOf<From[Index]>;
};

/** Declares a ratio. */
export const ratio = <
  const From extends readonly StoredMetric[],
  const Rest extends Omit<Ratio, 'kind' | 'from' | 'read'>,
>(
  metric: Rest & {
    readonly from: From;
    readonly read: (values: ValuesOf<From>) => readonly [part: number, whole: number];
  },
) => ({ ...metric, kind: 'ratio' }) as const;
