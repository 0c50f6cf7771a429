import type { VectorHit, VectorIndex } from './ports.ts';

/** Vectorize takes 1000 vectors a call from a Worker, and gives at most 100 neighbours without values. */
const upsertLimit = 1000;

export function createVectorizeIndex(index: Vectorize): VectorIndex {
  return {
    async upsert(workspace_id, records) {
      for (let start = 0; start < records.length; start += upsertLimit) {
        await index.upsert(
          records.slice(start, start + upsertLimit).map((record) => ({
            id: record.id,
            namespace: workspace_id,
            values: [...record.values],
            metadata: { base_id: record.base_id },
          })),
        );
      }
    },
    async query({ workspace_id, bases, values, limit }): Promise<VectorHit[]> {
      if (bases.length === 0) return [];
      const { matches } = await index.query([...values], {
        namespace: workspace_id,
        topK: Math.min(limit, 100),
        filter: { base_id: { $in: bases.map((base) => base.id) } },
      });
      return matches.map(({ id, score }) => ({ id, score }));
    },
    async remove(_workspace_id, ids) {
      for (let start = 0; start < ids.length; start += upsertLimit) await index.deleteByIds(ids.slice(start, start + upsertLimit));
    },
  };
}
