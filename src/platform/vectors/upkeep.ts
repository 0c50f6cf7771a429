import { sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import { repeatBounded } from '../repeat-bounded.ts';
import { blockSize, encodeBlock } from './block.ts';

/** Vectors behind the last block of a base from which they are packed. The condition is that of the index `vector_lists_due`. */
const packAt = 4096;
const isDue = sql.raw(
  `tail >= ${packAt} or removed * 4 > packed + ${packAt} or removed >= tail + packed`,
);
/** Blocks written in one run, of up to half a second of CPU time each. */
const blocksOfRun = 16;
/** Rows moved from the former table in one step, and steps of a run. */
const movedAtOnce = 2000;
const movesOfRun = 10;

interface List {
  readonly workspace_id: string;
  readonly base_id: string;
}

interface Range {
  /** The blocks that are replaced. */
  readonly ids: readonly number[];
  readonly first: number;
  readonly last: number;
}

/**
 * Packs vectors into blocks and replaces blocks of which a quarter has been removed, in bounded steps. Returns the
 * number of vectors handled; 0 once nothing is left. Overlapping runs repeat work and end in the same state.
 */
export async function maintainVectors(db: Db): Promise<number> {
  let done = await repeatBounded(movesOfRun, movedAtOnce, () => moveFormer(db));
  for (let left = blocksOfRun; left > 0; ) {
    const [list] = await db.all<List>(
      sql`select workspace_id, base_id from vector_lists indexed by vector_lists_due where tail >= 0 and (${isDue}) order by tail desc limit 1`,
    );
    if (list === undefined) break;
    const used = await maintainList(db, list, left);
    left -= Math.max(1, used.blocks);
    done += used.vectors;
  }
  return done;
}

/** Moves vectors of earlier versions. One that has been stored again in the meantime is dropped. */
async function moveFormer(db: Db): Promise<number> {
  const some = sql`select rowid from chunk_vectors where rowid > 0 order by rowid limit cast(${movedAtOnce} as integer)`;
  const [moved] = await batch(db, [
    db.all<{ base_id: string }>(sql`
      insert into vectors (id, workspace_id, base_id, vector)
      select chunk_id, workspace_id, base_id, vector from chunk_vectors where rowid in (${some}) on conflict (id) do nothing
      returning base_id`),
    db.run(sql`
      insert into vector_lists (workspace_id, base_id, tail, packed, removed)
      select workspace_id, base_id, count(*), 0, 0 from chunk_vectors where rowid in (${some}) group by 1, 2
      on conflict do update set tail = tail + excluded.tail`),
    db.run(sql`delete from chunk_vectors where rowid in (${some})`),
  ]);
  return moved.length;
}

async function maintainList(db: Db, list: List, maxBlocks: number) {
  let vectors = 0;
  let blocks = 0;
  for (let start = 0; blocks < maxBlocks; blocks += 1) {
    const range = await nextRange(db, list, start);
    if (range === null) break;
    vectors += await pack(db, list, range);
    start = range.last;
  }
  if (blocks < maxBlocks) await recount(db, list);
  return { blocks, vectors };
}

const ofList = (name: string, { workspace_id, base_id }: List) =>
  sql`${sql.raw(name)}.workspace_id = ${workspace_id} and ${sql.raw(name)}.base_id = ${base_id}`;

/** Returns the next blocks of which a quarter is missing, with as many that follow as fit into one, or else the next vectors without a block. */
async function nextRange(db: Db, list: List, after: number): Promise<Range | null> {
  const blocks = await db.all<{
    id: number;
    first_seq: number;
    last_seq: number;
    count: number;
    live: number;
  }>(sql`
    select b.id as id, b.first_seq as first_seq, b.last_seq as last_seq, b.count as count,
      (select count(*) from vectors v where ${ofList('v', list)} and v.seq between b.first_seq and b.last_seq) as live
    from vector_blocks b where ${ofList('b', list)} and b.last_seq > cast(${after} as integer) order by b.last_seq`);
  const start = blocks.findIndex(({ count, live }) => live < 0.75 * count);
  if (start >= 0) {
    let live = 0;
    const merged = blocks.slice(start).filter((block) => {
      live += block.live;
      return live <= blockSize || block === blocks[start];
    });
    // Only neighbours: the filter stops to accept at the first that does not fit, as the sum only grows.
    const last = merged.at(-1)?.last_seq ?? 0;
    return { ids: merged.map(({ id }) => id), first: merged[0]?.first_seq ?? 0, last };
  }
  const end = Math.max(after, blocks.at(-1)?.last_seq ?? 0);
  const [tail] = await db.all<{ first: number | null; last: number | null; count: number }>(sql`
    select min(seq) as first, max(seq) as last, count(*) as count from (
      select v.seq as seq from vectors v where ${ofList('v', list)} and v.seq > cast(${end} as integer) order by v.seq limit ${sql.raw(String(blockSize))})`);
  if (tail?.first == null || tail.last === null || tail.count < blockSize) return null;
  return { ids: [], first: tail.first, last: tail.last };
}

/** Writes a block of the vectors in the range, in place of its blocks, unless another run has replaced them. */
async function pack(db: Db, list: List, { ids, first, last }: Range): Promise<number> {
  const rows = await db.all<{ seq: number; vector: string }>(sql`
    select v.seq as seq, v.vector as vector from vectors v
    where ${ofList('v', list)} and v.seq between cast(${first} as integer) and cast(${last} as integer) order by v.seq`);
  const { data, count } = encodeBlock(rows);
  const replaced = JSON.stringify(ids);
  const isCurrent =
    ids.length > 0
      ? sql`(select count(*) from vector_blocks where id in (select value from json_each(${replaced}))) = cast(${ids.length} as integer)`
      : sql`not exists (select 1 from vector_blocks b where ${ofList('b', list)} and b.last_seq >= cast(${first} as integer))`;
  const { workspace_id, base_id } = list;
  await batch(db, [
    // Before the former blocks go, by which it finds that it is current. Its `last_seq` may be that of one of them.
    db.run(
      sql`update vector_blocks set last_seq = -id where id in (select value from json_each(${replaced})) and ${isCurrent}`,
    ),
    db.run(sql`
      insert into vector_blocks (workspace_id, base_id, first_seq, last_seq, count, data)
      select ${workspace_id}, ${base_id}, cast(${first} as integer), cast(${last} as integer), cast(${count} as integer), ${data}
      where cast(${count} as integer) > 0 and ${isCurrent}`),
    db.run(
      sql`delete from vector_blocks where id in (select value from json_each(${replaced})) and last_seq < 0`,
    ),
  ]);
  return rows.length;
}

/** Corrects the counters, or removes them with the last vector of the base. */
async function recount(db: Db, list: List): Promise<void> {
  const end = sql`coalesce((select max(b.last_seq) from vector_blocks b where ${ofList('b', list)}), 0)`;
  const packed = sql`(select count(*) from vectors v where ${ofList('v', list)} and v.seq <= ${end})`;
  const entries = sql`coalesce((select sum(b.count) from vector_blocks b where ${ofList('b', list)}), 0)`;
  await batch(db, [
    db.run(sql`
      update vector_lists set tail = (select count(*) from vectors v where ${ofList('v', list)} and v.seq > ${end}),
        packed = ${entries}, removed = max(0, ${entries} - ${packed})
      where ${ofList('vector_lists', list)}`),
    db.run(
      sql`delete from vector_lists where ${ofList('vector_lists', list)} and tail + packed = 0`,
    ),
  ]);
}
