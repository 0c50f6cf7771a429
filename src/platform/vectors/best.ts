/** The highest scores so far. Equal scores are ordered by key, so that results are deterministic. */
export class Best<Key extends string | number> {
  readonly #limit: number;
  readonly #keys: Key[] = [];
  readonly #scores: number[] = [];
  /** Lowest score of a full list. */
  #least = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(key: Key, score: number): void {
    if (score < this.#least) return;
    let low = 0;
    for (let high = this.#keys.length; low < high; ) {
      const middle = (low + high) >> 1;
      const difference = score - (this.#scores[middle] as number);
      if (difference > 0 || (difference === 0 && key < (this.#keys[middle] as Key))) high = middle;
      else low = middle + 1;
    }
    this.#keys.splice(low, 0, key);
    this.#scores.splice(low, 0, score);
    if (this.#keys.length > this.#limit) {
      this.#keys.pop();
      this.#scores.pop();
    }
    if (this.#keys.length === this.#limit)
      this.#least = this.#scores.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  get keys(): readonly Key[] {
    return this.#keys;
  }

  hits(): { id: Key; score: number }[] {
    return this.#keys.map((id, index) => ({ id, score: this.#scores[index] as number }));
  }
}
