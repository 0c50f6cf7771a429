import type { VectorHit, VectorIndex } from './ports.ts';

/** Vectors or ids in one call from a Worker. */
const callLimit = 1000;
/** Maximum number of neighbours of a query without values or metadata. */
const topLimit = 100;
/** The JSON of a filter must stay below 2048 bytes; an id takes 32. */
const basesPerQuery = 50;
/** Vectors that one call returns with their values. */
const readLimit = 20;

/** The operations in use, which the bindings of both generations of Vectorize have. */
export interface VectorizeBinding extends Pick<Vectorize, 'query' | 'getByIds'> {
  upsert(vectors: VectorizeVector[]): Promise<unknown>;
  deleteByIds(ids: string[]): Promise<unknown>;
}

/**
 * A vector index on Vectorize. Namespaces are workspaces; `base_id` needs a metadata index that is
 * created before the first vector.
 */
export function createVectorizeIndex(index: VectorizeBinding): VectorIndex {
  return {
    async upsert(workspace_id, records, commit) {
      for (const part of inParts(records, callLimit)) {
        await index.upsert(
          part.map(({ id, base_id, values }) => ({
            id,
            namespace: workspace_id,
            values: [...values],
            metadata: { base_id },
          })),
        );
      }
      await commit?.([]);
    },
    async query({ workspace_id, bases, values, limit }): Promise<VectorHit[]> {
      const answers = await Promise.all(
        inParts(bases, basesPerQuery).map((part) =>
          index.query([...values], {
            namespace: workspace_id,
            topK: Math.min(limit, topLimit),
            filter: { base_id: { $in: part.map((base) => base.id) } },
          }),
        ),
      );
      return answers
        .flatMap(({ matches }) => matches.map(({ id, score }) => ({ id, score })))
        .sort((a, b) => b.score - a.score)
        .slice(0, limit);
    },
    async remove(_workspace_id, ids) {
      for (const part of inParts(ids, callLimit)) await index.deleteByIds([...part]);
    },
    async move(workspace_id, ids, base_id, commit) {
      for (const part of inParts(ids, readLimit)) {
        const vectors = (await index.getByIds([...part])).filter(
          ({ namespace }) => namespace === workspace_id,
        );
        if (vectors.length === 0) continue;
        await index.upsert(vectors.map((vector) => ({ ...vector, metadata: { base_id } })));
      }
      await commit?.([]);
    },
  };
}

const inParts = <Item>(items: readonly Item[], size: number): (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
