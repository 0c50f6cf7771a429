import { batch, type Db } from '../../db/client.ts';
import type { VectorQuery } from '../ports.ts';
import { type Block, decodeBlock, sizeOfBlock } from './block.ts';
import { ByteCache } from './byte-cache.ts';
import { decodePage, type Page, sizeOfPage } from './exact.ts';
import {
  pageRows,
  selectBlockData,
  selectBlocks,
  selectFormer,
  selectTails,
  type VectorRow,
} from './store.ts';

/** Size of the cache of the isolate: the blocks of 400,000 vectors. */
const cacheBytes = 32 * 1024 * 1024;
/** Blocks of one read: 4 MB. */
const blocksAtOnce = 16;

/** The blocks of a base by id, and the vectors behind them. Valid while the revision of the base is unchanged. */
interface BaseVectors {
  readonly revision: number;
  readonly blocks: readonly number[];
  readonly tail: readonly Page[];
}

const bases = new ByteCache<BaseVectors>(cacheBytes / 2, 1000);
/** By id, since a block never changes. */
const blocks = new ByteCache<Block>(cacheBytes, 1000);

type Base = VectorQuery['bases'][number];
const keyOf = (workspace_id: string, id: string) => `${workspace_id}/${id}`;

/**
 * Yields the vectors that no block has, and the blocks. Reads what is not cached: small bases in one round trip. Bases
 * that are larger than the cache are read each time.
 */
export async function* readBases(
  db: Db,
  workspace_id: string,
  wanted: readonly Base[],
): AsyncGenerator<Page | Block> {
  const ids: number[] = [];
  const missing: Base[] = [];
  for (const base of wanted) {
    const known = bases.get(keyOf(workspace_id, base.id));
    if (known?.revision !== base.vectors_revision) missing.push(base);
    else {
      yield* known.tail;
      ids.push(...known.blocks);
    }
  }
  if (missing.length > 0) ids.push(...(yield* readLists(db, workspace_id, missing)));
  yield* readBlocks(db, workspace_id, ids);
}

/** Yields the tails of bases and returns the ids of their blocks. */
async function* readLists(
  db: Db,
  workspace_id: string,
  missing: readonly Base[],
): AsyncGenerator<Page, number[]> {
  const base_ids = JSON.stringify(missing.map(({ id }) => id));
  const start = { base_id: '', id: '', seq: 0 };
  let [lists, rows, former] = await batch(db, [
    selectBlocks(db, workspace_id, base_ids),
    selectTails(db, workspace_id, base_ids, start),
    selectFormer(db, workspace_id, base_ids, start),
  ]);
  const tails = new Map<string, Page[]>(missing.map(({ id }) => [id, []]));
  let bytes = 0;
  const pagesOf = function* (some: readonly Omit<VectorRow, 'seq'>[]) {
    for (const [base_id, own] of Map.groupBy(some, (row) => row.base_id)) {
      const page = decodePage(own);
      bytes += sizeOfPage(page);
      if (bytes <= cacheBytes / 2) tails.get(base_id)?.push(page);
      yield page;
    }
  };
  for (;;) {
    yield* pagesOf(rows);
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) break;
    rows = await selectTails(db, workspace_id, base_ids, last);
  }
  for (;;) {
    yield* pagesOf(former);
    const last = former.at(-1);
    if (last === undefined || former.length < pageRows) break;
    former = await selectFormer(db, workspace_id, base_ids, last);
  }
  const byBase = Map.groupBy(lists, ({ base_id }) => base_id);
  if (bytes <= cacheBytes / 2)
    for (const { id, vectors_revision: revision } of missing) {
      const tail = tails.get(id) ?? [];
      const own = (byBase.get(id) ?? []).map((block) => block.id);
      const size = tail.reduce((sum, page) => sum + sizeOfPage(page), 200);
      bases.set(keyOf(workspace_id, id), { revision, blocks: own, tail }, size);
    }
  return lists.map(({ id }) => id);
}

async function* readBlocks(
  db: Db,
  workspace_id: string,
  ids: readonly number[],
): AsyncGenerator<Block> {
  const missing: number[] = [];
  for (const id of ids) {
    const known = blocks.get(keyOf(workspace_id, String(id)));
    if (known === undefined) missing.push(id);
    else yield known;
  }
  for (let start = 0; start < missing.length; start += blocksAtOnce) {
    const some = missing.slice(start, start + blocksAtOnce);
    const rows = await selectBlockData(db, workspace_id, some);
    for (const { id, data } of rows) {
      const block = decodeBlock(data);
      blocks.set(keyOf(workspace_id, String(id)), block, sizeOfBlock(block));
      yield block;
    }
    if (rows.length < some.length) throw new BlocksReplacedError();
  }
}

/** The upkeep has replaced blocks of a list that was read before. */
export class BlocksReplacedError extends Error {
  override readonly name = 'BlocksReplacedError';
}

/** Drops the lists of bases, so that they are read again. */
export function dropLists(workspace_id: string, wanted: readonly Base[]): void {
  for (const { id } of wanted) bases.delete(keyOf(workspace_id, id));
}
