import { batch, type Db } from '../db/client.ts';
import type { VectorHit, VectorIndex, VectorQuery } from './ports.ts';
import { Best } from './vectors/best.ts';
import { prepareQuery, scanBlock } from './vectors/block.ts';
import { decodePage, scanPage } from './vectors/exact.ts';
import { encodeVector, toUnit } from './vectors/quantize.ts';
import { BlocksReplacedError, dropLists, readBases } from './vectors/read-bases.ts';
import {
  deleteVectors,
  insertVectors,
  moveVectors,
  selectByIds,
  selectBySeq,
} from './vectors/store.ts';
import { maintainVectors } from './vectors/upkeep.ts';

/** Rows of one statement, so that its JSON parameter stays far below 2 MB. */
const rowsAtOnce = 500;
/** Vectors of which the similarity is computed from their components, at least: the best by signature. */
const minRescored = 512;
/** Vectors of one read: 2 MB of 1,536 dimensions. */
const rescoredAtOnce = 1000;

/**
 * Nearest neighbours over int8 vectors in D1. Small bases are compared exactly. In larger ones signatures select
 * the candidates, whose similarity is then computed exactly (docs/decisions/0061-vector-signatures.md).
 */
export function createD1VectorIndex(db: Db): VectorIndex {
  return {
    maxHits: 3600,
    narrowsBy: 'ids',
    visibleAfterMs: 0,
    maxDimensions: async () => null,
    async upsert(
      workspace_id,
      records,
      commit = async (statements) => void (await batch(db, statements)),
    ) {
      await commit(
        inParts(records, rowsAtOnce).flatMap((part) => {
          const rows = part.map(({ id, base_id, values }) => ({
            ...{ id, base_id },
            vector: encodeVector(values),
          }));
          return [
            ...deleteVectors(db, workspace_id, JSON.stringify(rows.map(({ id }) => id))),
            ...insertVectors(db, workspace_id, JSON.stringify(rows)),
          ];
        }),
      );
    },
    query: (query) => (query.ids === undefined ? search(db, query) : compare(db, query, query.ids)),
    async remove(workspace_id, ids) {
      await batch(
        db,
        inParts(ids, rowsAtOnce).flatMap((part) =>
          deleteVectors(db, workspace_id, JSON.stringify(part)),
        ),
      );
    },
    async move(
      workspace_id,
      ids,
      base_id,
      commit = async (statements) => void (await batch(db, statements)),
    ) {
      await commit(
        inParts(ids, rowsAtOnce).flatMap((part) =>
          moveVectors(db, workspace_id, JSON.stringify(part), base_id),
        ),
      );
    },
    maintain: () => maintainVectors(db),
  };
}

const inParts = <Item>(items: readonly Item[], size: number): (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

async function search(db: Db, query: VectorQuery): Promise<VectorHit[]> {
  const unit = toUnit(query.values);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await scan(db, query, unit);
    } catch (error) {
      if (!(error instanceof BlocksReplacedError) || attempt === 3) throw error;
      dropLists(query.workspace_id, query.bases);
    }
  }
}

async function scan(
  db: Db,
  { workspace_id, bases, limit }: VectorQuery,
  unit: Float32Array,
): Promise<VectorHit[]> {
  const best = new Best<string>(limit);
  const candidates = new Best<number>(Math.max(minRescored, 2 * limit));
  let prepared: ReturnType<typeof prepareQuery> | null = null;
  for await (const part of readBases(db, workspace_id, bases)) {
    if ('ids' in part) scanPage(part, unit, best);
    else {
      prepared ??= prepareQuery(unit);
      scanBlock(part, prepared, candidates);
    }
  }
  const base_ids = JSON.stringify(bases.map(({ id }) => id));
  for (const seqs of inParts(candidates.keys, rescoredAtOnce))
    scanPage(decodePage(await selectBySeq(db, workspace_id, base_ids, seqs)), unit, best);
  return best.hits();
}

/** Compares the query with the vectors of these ids only. */
async function compare(
  db: Db,
  { workspace_id, bases, values, limit }: VectorQuery,
  ids: readonly string[],
): Promise<VectorHit[]> {
  const unit = toUnit(values);
  const best = new Best<string>(limit);
  const base_ids = JSON.stringify(bases.map(({ id }) => id));
  for (const part of inParts(ids, rescoredAtOnce))
    scanPage(decodePage(await selectByIds(db, workspace_id, base_ids, part)), unit, best);
  return best.hits();
}
