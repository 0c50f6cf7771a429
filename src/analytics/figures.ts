import { Histogram } from './histogram.ts';
import { DistinctSketch } from './sketch.ts';

/** Times in milliseconds: of whole runs, and of single model calls. */
export type Timing = 'run' | 'run_first_token' | 'call' | 'call_first_token';
/** What is counted once however often it comes. */
export type Distinct = 'users' | 'chats';

/** As it is stored: only what is there. */
export interface StoredFigures {
  readonly n?: Readonly<Record<string, number>>;
  readonly t?: Readonly<Partial<Record<Timing, readonly number[]>>>;
  readonly d?: Readonly<Partial<Record<Distinct, readonly number[] | string>>>;
}

/** What is known of any set of runs, calls and ratings. Two are merged into what is known of both together. */
export class Figures {
  /** Sums of whole numbers by name; money is nano-USD, confidence millionths. */
  readonly #sums = new Map<string, number>();
  readonly #times = new Map<Timing, Histogram>();
  readonly #distinct = new Map<Distinct, DistinctSketch>();

  sum(name: string): number {
    return this.#sums.get(name) ?? 0;
  }

  /** Sums whose name begins so, by what follows. */
  *sumsOf(prefix: string): Generator<[string, number]> {
    for (const [name, value] of this.#sums)
      if (name.startsWith(prefix)) yield [name.slice(prefix.length), value];
  }

  time(timing: Timing): Histogram {
    return this.#times.get(timing) ?? nothing;
  }

  distinct(kind: Distinct): number {
    return this.#distinct.get(kind)?.count ?? 0;
  }

  count(name: string, by: number | null = 1): void {
    if (by !== null && by !== 0) this.#sums.set(name, this.sum(name) + by);
  }

  took(timing: Timing, ms: number | null): void {
    if (ms === null) return;
    const histogram = this.#times.get(timing) ?? new Histogram();
    histogram.add(ms);
    this.#times.set(timing, histogram);
  }

  saw(kind: Distinct, name: string | null): void {
    if (name === null) return;
    const sketch = this.#distinct.get(kind) ?? new DistinctSketch();
    sketch.add(name);
    this.#distinct.set(kind, sketch);
  }

  merge(other: Figures): void {
    for (const [name, value] of other.#sums) this.count(name, value);
    for (const [timing, histogram] of other.#times) {
      const mine = this.#times.get(timing) ?? new Histogram();
      mine.merge(histogram);
      this.#times.set(timing, mine);
    }
    for (const [kind, sketch] of other.#distinct) {
      const mine = this.#distinct.get(kind) ?? new DistinctSketch();
      mine.merge(sketch);
      this.#distinct.set(kind, mine);
    }
  }

  /** The same figures give the same text, in whatever order they were added. */
  toJSON(): StoredFigures {
    const sorted = <Key extends string, Value>(map: Map<Key, Value>) =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1))) as Record<Key, Value>;
    return {
      ...(this.#sums.size === 0 ? {} : { n: sorted(this.#sums) }),
      ...(this.#times.size === 0
        ? {}
        : { t: mapped(sorted(this.#times), (histogram) => histogram.toJSON()) }),
      ...(this.#distinct.size === 0
        ? {}
        : { d: mapped(sorted(this.#distinct), (sketch) => sketch.toJSON()) }),
    };
  }

  static from({ n = {}, t = {}, d = {} }: StoredFigures): Figures {
    const figures = new Figures();
    for (const [name, value] of Object.entries(n)) figures.#sums.set(name, value);
    for (const [timing, stored] of Object.entries(t))
      figures.#times.set(timing as Timing, Histogram.from(stored));
    for (const [kind, stored] of Object.entries(d))
      figures.#distinct.set(kind as Distinct, DistinctSketch.from(stored));
    return figures;
  }
}

const nothing = new Histogram();

const mapped = <Key extends string, Value, To>(
  values: Record<Key, Value>,
  to: (value: Value) => To,
) =>
  Object.fromEntries(
    Object.entries<Value>(values).map(([key, value]) => [key, to(value)]),
  ) as Record<Key, To>;
