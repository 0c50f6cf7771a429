import { Failure } from '../shared/failure.ts';
import type { VectorHit, VectorIndex } from './ports.ts';

/** Vectors in one call from a Worker. */
const callLimit = 1000;
/** Ids in one deletion. */
const removeLimit = 100;
/** Maximum number of neighbours of a query without values or metadata. */
const topLimit = 100;
/** The JSON of a filter must stay below 2048 bytes; the id of a base with its space takes up to 38. */
const basesPerQuery = 45;
/** A content takes up to 20 bytes and its quotes. */
const contentsPerQuery = 85;
/** Vectors that one call returns with their values. */
const readLimit = 20;
/** Time in which 99 % of writes become visible, and as much again. */
const visibleAfterMs = 4 * 60_000;

/** The operations in use, which the bindings of both generations of Vectorize have. */
export interface VectorizeBinding extends Pick<Vectorize, 'query' | 'getByIds'> {
  upsert(vectors: VectorizeVector[]): Promise<unknown>;
  deleteByIds(ids: string[]): Promise<unknown>;
  describe(): Promise<unknown>;
}

/** The length of the vectors of an index, which is fixed when it is created. By binding, for the isolate. */
const dimensions = new WeakMap<object, number>();

/** A request keeps no promise for others: workerd cancels one that waits for the I/O of another. */
async function dimensionsOf(index: VectorizeBinding): Promise<number> {
  const known = dimensions.get(index) ?? (await readDimensions(index));
  dimensions.set(index, known);
  return known;
}

/** The second generation has `dimensions` at the top, the first in `config`. */
async function readDimensions(index: VectorizeBinding): Promise<number> {
  const info = (await index.describe()) as {
    readonly dimensions?: number;
    readonly config?: { readonly dimensions?: number };
  };
  const length = info.dimensions ?? info.config?.dimensions;
  if (length === undefined) throw new Error('Vectorize does not state the dimensions of the index');
  return length;
}

/** Fills a shorter vector up with zeros, which do not change its cosine similarity with others of its model. */
function padded(values: readonly number[], length: number): number[] {
  if (values.length > length)
    throw new Failure(
      'conflict',
      `The vector index of this deployment has ${length} dimensions, and a vector has ${values.length}.`,
    );
  return [...values, ...new Array<number>(length - values.length).fill(0)];
}

/**
 * A vector index on Vectorize. Namespaces are workspaces; `base_id` and `content` need metadata indexes that are
 * created before the first vector. Vectors of several lengths share the index.
 */
export function createVectorizeIndex(index: VectorizeBinding): VectorIndex {
  return {
    maxHits: topLimit,
    narrowsBy: 'contents',
    visibleAfterMs,
    maxDimensions: () => dimensionsOf(index),
    // Vectorize maintains itself.
    maintain: async () => 0,
    async upsert(workspace_id, records, commit) {
      const length = records.length === 0 ? 0 : await dimensionsOf(index);
      for (const part of inParts(records, callLimit)) {
        await index.upsert(
          part.map(({ id, base_id, content, values }) => ({
            id,
            namespace: workspace_id,
            values: padded(values, length),
            metadata: { base_id, content },
          })),
        );
      }
      await commit?.([]);
    },
    async query({ workspace_id, bases, contents, values, limit }): Promise<VectorHit[]> {
      const filters =
        contents === undefined
          ? inParts(bases, basesPerQuery).map((part) => ({
              base_id: { $in: part.map((base) => base.id) },
            }))
          : inParts(contents, contentsPerQuery).map((part) => ({ content: { $in: [...part] } }));
      if (filters.length === 0) return [];
      const vector = padded(values, await dimensionsOf(index));
      const answers = await Promise.all(
        filters.map((filter) =>
          index.query(vector, {
            namespace: workspace_id,
            topK: Math.min(limit, topLimit),
            filter,
          }),
        ),
      );
      return answers
        .flatMap(({ matches }) => matches.map(({ id, score }) => ({ id, score })))
        .sort((a, b) => b.score - a.score)
        .slice(0, limit);
    },
    async remove(_workspace_id, ids) {
      for (const part of inParts(ids, removeLimit)) await index.deleteByIds([...part]);
    },
    async move(workspace_id, ids, base_id, commit) {
      for (const part of inParts(ids, readLimit)) {
        const vectors = (await index.getByIds([...part])).filter(
          ({ namespace }) => namespace === workspace_id,
        );
        if (vectors.length === 0) continue;
        await index.upsert(
          vectors.map((vector) => ({ ...vector, metadata: { ...vector.metadata, base_id } })),
        );
      }
      await commit?.([]);
    },
  };
}

const inParts = <Item>(items: readonly Item[], size: number): (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
