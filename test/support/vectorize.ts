/** Documented limits of Vectorize. The fake enforces them, so that violations fail in tests. */
const limits = {
  id: 64,
  namespace: 64,
  dimensions: 1536,
  upsert: 1000,
  topK: 100,
  filter: 2048,
  metadata: 10 * 1024,
  removed: 100,
  read: 20,
};

interface Change {
  readonly visible_at: number;
  readonly id: string;
  /** Null removes it. */
  readonly vector: VectorizeVector | null;
  /** The metadata for which the index had a metadata index at that time. */
  readonly indexed: Readonly<Record<string, unknown>>;
}

const bytes = (text: string) => new TextEncoder().encode(text).byteLength;

/**
 * Vectorize in memory: exact cosine similarity, documented limits, and writes that become visible after `delay`
 * milliseconds of the given clock. Metadata filters know `$eq` and `$in`, as the adapter needs.
 */
export class FakeVectorize {
  readonly #changes: Change[] = [];
  readonly #now: () => number;
  readonly #delay: number;
  readonly queries: VectorizeQueryOptions[] = [];
  /** Properties with a metadata index, which has the vectors that are written after it is created. */
  indexed: readonly string[] = ['base_id', 'content'];

  readonly #dimensions: number;

  constructor(now: () => number, delay: number, dimensions = 8) {
    this.#now = now;
    this.#delay = delay;
    this.#dimensions = dimensions;
  }

  /** Number of visible vectors. */
  count(): number {
    return this.#visible().size;
  }

  async describe() {
    return { vectorCount: this.count(), dimensions: this.#dimensions };
  }

  async upsert(vectors: VectorizeVector[]) {
    check(vectors.length <= limits.upsert, `at most ${limits.upsert} vectors a call`);
    for (const vector of vectors) {
      check(bytes(vector.id) <= limits.id, 'id is too long');
      check(bytes(vector.namespace ?? '') <= limits.namespace, 'namespace is too long');
      check(vector.values.length <= limits.dimensions, 'too many dimensions');
      check(vector.values.length === this.#dimensions, 'vector of another length than the index');
      check(
        bytes(JSON.stringify(vector.metadata ?? {})) <= limits.metadata,
        'metadata is too large',
      );
      const indexed = Object.fromEntries(
        Object.entries(vector.metadata ?? {}).filter(([name]) => this.indexed.includes(name)),
      );
      const visible_at = this.#now() + this.#delay;
      this.#changes.push({ visible_at, id: vector.id, vector, indexed });
    }
    return { mutationId: crypto.randomUUID() };
  }

  async deleteByIds(ids: string[]) {
    check(ids.length <= limits.removed, `at most ${limits.removed} ids a call`);
    const visible_at = this.#now() + this.#delay;
    for (const id of ids) this.#changes.push({ visible_at, id, vector: null, indexed: {} });
    return { mutationId: crypto.randomUUID() };
  }

  async getByIds(ids: string[]) {
    check(ids.length <= limits.read, `at most ${limits.read} ids a call`);
    const visible = this.#visible();
    return ids.flatMap((id) => visible.get(id)?.vector ?? []);
  }

  async query(values: number[], options: VectorizeQueryOptions) {
    const { topK = 5, namespace, filter = {} } = options;
    check(topK >= 1 && topK <= limits.topK, `topK is 1 to ${limits.topK}`);
    check(bytes(JSON.stringify(filter)) < limits.filter, 'filter is too large');
    check(values.length === this.#dimensions, 'query of another length than the index');
    for (const name of Object.keys(filter))
      check(this.indexed.includes(name), `no metadata index of ${name}`);
    this.queries.push(options);
    const matches = [...this.#visible().values()]
      .flatMap(({ vector, indexed }) =>
        vector !== null && vector.namespace === namespace && passes(indexed, filter)
          ? [{ id: vector.id, score: cosine(values, [...vector.values]) }]
          : [],
      )
      .sort((a, b) => b.score - a.score)
      .slice(0, topK);
    return { matches, count: matches.length };
  }

  #visible(): Map<string, Change> {
    const visible = new Map<string, Change>();
    for (const change of this.#changes) {
      if (change.visible_at > this.#now()) continue;
      if (change.vector === null) visible.delete(change.id);
      else visible.set(change.id, change);
    }
    return visible;
  }
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(`VECTOR_QUERY_ERROR: ${message}`);
}

const passes = (metadata: Record<string, unknown>, filter: Record<string, unknown>) =>
  Object.entries(filter).every(([key, wanted]) => {
    if (wanted === null || typeof wanted !== 'object') return metadata[key] === wanted;
    const { $in, $eq } = wanted as { $in?: unknown[]; $eq?: unknown };
    return $in === undefined ? metadata[key] === $eq : $in.includes(metadata[key]);
  });

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return product / (Math.hypot(...a) * Math.hypot(...b) || 1);
}
