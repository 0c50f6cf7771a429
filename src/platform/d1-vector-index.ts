import { type Placeholder, sql } from 'drizzle-orm';
import { batch, type Db, type Statement } from '../db/client.ts';
import { compile } from '../db/compiled.ts';
import { chunk_vectors } from '../db/schema/knowledge.ts';
import type { VectorHit, VectorIndex, VectorQuery } from './ports.ts';

/** Rows of one statement, so that its JSON parameter stays far below 2 MB. */
const upsertRows = 500;
/** Rows of one read. */
const pageRows = 20_000;
/** Size of the cache in bytes. */
const cacheBytes = 32 * 1024 * 1024;
const cacheEntries = 1000;

/**
 * Vectors of a base by dimension: component `d` of the vector of `ids[n]` is `values[d * ids.length +
 * n]`. So a query skips the dimensions in which it is 0, which are most of a lexical one.
 */
interface Page {
  readonly ids: readonly string[];
  readonly dimensions: number;
  readonly values: Int8Array;
  readonly inverseLengths: Float32Array;
}

interface CachedBase {
  readonly revision: number;
  readonly pages: readonly Page[];
  readonly bytes: number;
}

/**
 * Cache of the isolate, most recently used last. An entry is valid while the revision of its base
 * is unchanged.
 */
const cache = new Map<string, CachedBase>();

/**
 * Exact nearest neighbours over int8 vectors in D1: for development, tests and small deployments.
 */
export function createD1VectorIndex(db: Db): VectorIndex {
  return {
    async upsert(
      workspace_id,
      records,
      commit = async (statements) => void (await batch(db, statements)),
    ) {
      const statements: Statement[] = [];
      for (let start = 0; start < records.length; start += upsertRows) {
        const rows = records
          .slice(start, start + upsertRows)
          .map(({ id, base_id, values }) => ({ id, base_id, vector: encode(values) }));
        statements.push(upsertVectors(db, { workspace_id, rows: JSON.stringify(rows) }));
      }
      await commit(statements);
    },
    async query({ workspace_id, bases, values, limit }) {
      const query = toUnit(values);
      const best = new Best(limit);
      const missing = bases.filter((base) => {
        const pages = recall(workspace_id, base);
        for (const page of pages ?? []) scan(page, query, best);
        return pages === null;
      });
      for await (const page of readBases(db, workspace_id, missing)) scan(page, query, best);
      return best.hits();
    },
    async remove(workspace_id, ids) {
      if (ids.length === 0) return;
      await db.run(
        sql`delete from chunk_vectors where workspace_id = ${workspace_id} and chunk_id in (select value from json_each(${JSON.stringify(ids)}))`,
      );
    },
    async move(
      workspace_id,
      ids,
      base_id,
      commit = async (statements) => void (await batch(db, statements)),
    ) {
      await commit([
        db.run(
          sql`update chunk_vectors set base_id = ${base_id} where workspace_id = ${workspace_id} and chunk_id in (select value from json_each(${JSON.stringify(ids)}))`,
        ),
      ]);
    },
  };
}

const upsertVectors = compile((db, value: (name: 'workspace_id' | 'rows') => Placeholder) =>
  db.run(sql`
    insert into chunk_vectors (chunk_id, workspace_id, base_id, vector)
    select value ->> 'id', ${value('workspace_id')}, value ->> 'base_id', value ->> 'vector' from json_each(${value('rows')}) where true
    on conflict (chunk_id) do update set base_id = excluded.base_id, vector = excluded.vector
    where chunk_vectors.workspace_id = excluded.workspace_id`),
);

type Base = VectorQuery['bases'][number];

const cacheKey = (workspace_id: string, { id }: Base) => `${workspace_id}/${id}`;

/** Returns the cached vectors of the base at this revision; null when they have to be read. */
function recall(workspace_id: string, base: Base): readonly Page[] | null {
  const key = cacheKey(workspace_id, base);
  const cached = cache.get(key);
  if (cached?.revision !== base.vectors_revision) return null;
  cache.delete(key);
  cache.set(key, cached);
  return cached.pages;
}

/**
 * Reads bases, in one round trip when they are small, and caches them. Bases that are larger than
 * the cache are read each time.
 */
async function* readBases(
  db: Db,
  workspace_id: string,
  bases: readonly Base[],
): AsyncGenerator<Page> {
  if (bases.length === 0) return;
  const read = new Map<string, Page[]>(bases.map(({ id }) => [id, []]));
  let bytes = 0;
  let after = { base_id: '', chunk_id: '' };
  for (let isLast = false; !isLast; ) {
    const rows = await selectRows(db, workspace_id, [...read.keys()], after);
    isLast = rows.length < pageRows;
    after = rows.at(-1) ?? after;
    for (const [base_id, own] of Map.groupBy(rows, (row) => row.base_id)) {
      const page = decode(own);
      bytes += sizeOf(page);
      if (bytes <= cacheBytes) read.get(base_id)?.push(page);
      yield page;
    }
  }
  if (bytes > cacheBytes) return;
  for (const base of bases) {
    const pages = read.get(base.id) ?? [];
    keep(cacheKey(workspace_id, base), {
      revision: base.vectors_revision,
      pages,
      bytes: pages.reduce((sum, page) => sum + sizeOf(page), 0),
    });
  }
}

const sizeOf = ({ values, ids }: Page) => values.byteLength + ids.length * 80;

function keep(key: string, entry: CachedBase): void {
  cache.delete(key);
  cache.set(key, entry);
  let total = [...cache.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  for (const [oldest, { bytes }] of cache) {
    if (total <= cacheBytes && cache.size <= cacheEntries) return;
    cache.delete(oldest);
    total -= bytes;
  }
}

const selectRows = (
  db: Db,
  workspace_id: string,
  base_ids: readonly string[],
  after: { base_id: string; chunk_id: string },
) =>
  db
    .select({
      base_id: chunk_vectors.base_id,
      chunk_id: chunk_vectors.chunk_id,
      vector: chunk_vectors.vector,
    })
    .from(chunk_vectors)
    .where(
      sql`${chunk_vectors.workspace_id} = ${workspace_id} and ${chunk_vectors.base_id} in (select value from json_each(${JSON.stringify(base_ids)}))
        and (${chunk_vectors.base_id}, ${chunk_vectors.chunk_id}) > (${after.base_id}, ${after.chunk_id})`,
    )
    .orderBy(chunk_vectors.base_id, chunk_vectors.chunk_id)
    .limit(pageRows)
    .all();

// Available in the runtime, not yet in TypeScript's library.
const base64 = Uint8Array as unknown as { fromBase64(text: string): Uint8Array };

/**
 * Symmetric quantisation: the largest component becomes 127. Cosine similarity is independent of
 * the scale.
 */
function encode(values: readonly number[]): string {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const bytes = Int8Array.from(values, (value) =>
    largest === 0 ? 0 : Math.round((value / largest) * 127),
  );
  return (new Uint8Array(bytes.buffer) as unknown as { toBase64(): string }).toBase64();
}

function decode(rows: readonly { chunk_id: string; vector: string }[]): Page {
  const dimensions = rows[0] === undefined ? 0 : base64.fromBase64(rows[0].vector).byteLength;
  const values = new Int8Array(dimensions * rows.length);
  const inverseLengths = new Float32Array(rows.length);
  for (const [index, { vector }] of rows.entries()) {
    const bytes = new Int8Array(base64.fromBase64(vector).buffer);
    // Vectors of another model have another length and a similarity of 0.
    if (bytes.byteLength !== dimensions) continue;
    let squares = 0;
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      const value = bytes[dimension] as number;
      values[dimension * rows.length + index] = value;
      squares += value * value;
    }
    inverseLengths[index] = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  }
  return { ids: rows.map((row) => row.chunk_id), dimensions, values, inverseLengths };
}

function toUnit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length));
}

function scan(
  { ids, dimensions, values, inverseLengths }: Page,
  query: Float32Array,
  best: Best,
): void {
  if (dimensions !== query.length) return;
  const products = new Float32Array(ids.length);
  for (let dimension = 0; dimension < dimensions; dimension += 1) {
    const weight = query[dimension] as number;
    const start = dimension * ids.length;
    if (weight !== 0)
      for (let index = 0; index < ids.length; index += 1)
        products[index] = (products[index] as number) + (values[start + index] as number) * weight;
  }
  for (let index = 0; index < ids.length; index += 1)
    best.offer(
      ids[index] as string,
      (products[index] as number) * (inverseLengths[index] as number),
    );
}

/** The highest scores so far. Equal scores are ordered by id, so that results are deterministic. */
class Best {
  readonly #limit: number;
  readonly #hits: VectorHit[] = [];
  /** Lowest score of a full list. */
  #least = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(id: string, score: number): void {
    if (score < this.#least) return;
    let low = 0;
    for (let high = this.#hits.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (compare({ id, score }, this.#hits[middle] ?? { id: '', score: 0 }) < 0) high = middle;
      else low = middle + 1;
    }
    this.#hits.splice(low, 0, { id, score });
    if (this.#hits.length > this.#limit) this.#hits.pop();
    if (this.#hits.length === this.#limit) this.#least = this.#hits.at(-1)?.score ?? 0;
  }

  hits(): VectorHit[] {
    return [...this.#hits];
  }
}

const compare = (a: VectorHit, b: VectorHit) => b.score - a.score || (a.id < b.id ? -1 : 1);
