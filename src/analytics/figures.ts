import { Histogram } from './histogram.ts';
import { currentSchema } from './metrics/index.ts';
import { DistinctSketch } from './sketch.ts';

/** Stored figures; absent keys are 0. */
export interface StoredFigures {
  /** The schema number; absent for 1. */
  readonly v?: number;
  readonly n?: Readonly<Record<string, number>>;
  readonly t?: Readonly<Record<string, readonly number[]>>;
  readonly d?: Readonly<Record<string, readonly number[] | string>>;
}

/**
 * The figures of any set of runs, calls and ratings, by the keys under which metrics are stored (kinds.ts reads and
 * writes them). Figures of two sets merge into those of both together.
 */
export class Figures {
  /** Sums of whole numbers: counts, money in nano-USD, means in millionths. */
  readonly #sums = new Map<string, number>();
  readonly #times = new Map<string, Histogram>();
  readonly #distinct = new Map<string, DistinctSketch>();
  #schema: number;

  constructor(schema: number = currentSchema) {
    this.#schema = schema;
  }

  /** The lowest schema number among what was merged: a metric that came later was not measured everywhere. */
  get schema(): number {
    return this.#schema;
  }

  sum(key: string): number {
    return this.#sums.get(key) ?? 0;
  }

  /** The sums whose keys begin with `prefix`, by the rest of the key. */
  *sumsOf(prefix: string): Generator<[string, number]> {
    for (const [key, value] of this.#sums)
      if (key.startsWith(prefix)) yield [key.slice(prefix.length), value];
  }

  time(key: string): Histogram {
    return this.#times.get(key) ?? nothing;
  }

  distinct(key: string): number {
    return this.#distinct.get(key)?.count ?? 0;
  }

  count(key: string, by: number | null = 1): void {
    if (by !== null && by !== 0) this.#sums.set(key, this.sum(key) + by);
  }

  took(key: string, ms: number | null): void {
    if (ms === null) return;
    const histogram = this.#times.get(key) ?? new Histogram();
    histogram.add(ms);
    this.#times.set(key, histogram);
  }

  saw(key: string, value: string | null): void {
    if (value === null) return;
    const sketch = this.#distinct.get(key) ?? new DistinctSketch();
    sketch.add(value);
    this.#distinct.set(key, sketch);
  }

  merge(other: Figures): void {
    this.#schema = Math.min(this.#schema, other.#schema);
    for (const [key, value] of other.#sums) this.count(key, value);
    for (const [key, histogram] of other.#times) {
      const mine = this.#times.get(key) ?? new Histogram();
      mine.merge(histogram);
      this.#times.set(key, mine);
    }
    for (const [key, sketch] of other.#distinct) {
      const mine = this.#distinct.get(key) ?? new DistinctSketch();
      mine.merge(sketch);
      this.#distinct.set(key, mine);
    }
  }

  /** The same figures give the same text, in whatever order they were added. */
  toJSON(): StoredFigures {
    return {
      ...(this.#schema === 1 ? {} : { v: this.#schema }),
      ...(this.#sums.size === 0 ? {} : { n: sorted(this.#sums, (sum) => sum) }),
      ...(this.#times.size === 0 ? {} : { t: sorted(this.#times, (times) => times.toJSON()) }),
      ...(this.#distinct.size === 0
        ? {}
        : { d: sorted(this.#distinct, (sketch) => sketch.toJSON()) }),
    };
  }

  static from({ v = 1, n = {}, t = {}, d = {} }: StoredFigures): Figures {
    const figures = new Figures(v);
    for (const [key, value] of Object.entries(n)) figures.#sums.set(key, value);
    for (const [key, stored] of Object.entries(t)) figures.#times.set(key, Histogram.from(stored));
    for (const [key, stored] of Object.entries(d))
      figures.#distinct.set(key, DistinctSketch.from(stored));
    return figures;
  }
}

const nothing = new Histogram();

const sorted = <Value, To>(map: ReadonlyMap<string, Value>, to: (value: Value) => To) =>
  Object.fromEntries(
    [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, to(value)] as const),
  );
