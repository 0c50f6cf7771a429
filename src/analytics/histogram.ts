/**
 * Times in logarithmic buckets that can be added up: each bucket is 3 % wider than the one before, so
 * that any percentile is true to 1.5 % (DDSketch, Masson et al., VLDB 2019). The sum is exact.
 */
export class Histogram {
  #sum = 0;
  readonly #counts = new Map<number, number>();

  add(value: number): void {
    const bucket = value <= 0 ? 0 : Math.max(0, Math.ceil(Math.log(value) / logGamma)) + 1;
    this.#sum += Math.max(0, value);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
  }

  merge(other: Histogram): void {
    this.#sum += other.#sum;
    for (const [bucket, count] of other.#counts)
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
  }

  get count(): number {
    let count = 0;
    for (const some of this.#counts.values()) count += some;
    return count;
  }

  /** The mean; null without values. */
  get mean(): number | null {
    const { count } = this;
    return count === 0 ? null : this.#sum / count;
  }

  /** Returns the smallest value that at least `share` (0..1) of all values do not exceed; null without values. */
  percentile(share: number): number | null {
    const rank = Math.max(1, Math.ceil(share * this.count));
    let passed = 0;
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      passed += count;
      if (passed >= rank) return bucket === 0 ? 0 : (2 * gamma ** (bucket - 1)) / (gamma + 1);
    }
    return null;
  }

  /** The sum, then bucket and count in turn, in the order of the buckets. */
  toJSON(): number[] {
    return [this.#sum, ...[...this.#counts].sort(([a], [b]) => a - b).flat()];
  }

  static from([sum = 0, ...pairs]: readonly number[]): Histogram {
    const histogram = new Histogram();
    histogram.#sum = sum;
    for (let at = 0; at < pairs.length; at += 2)
      histogram.#counts.set(pairs[at] as number, pairs[at + 1] as number);
    return histogram;
  }
}

const accuracy = 0.015;
const gamma = (1 + accuracy) / (1 - accuracy);
const logGamma = Math.log(gamma);
