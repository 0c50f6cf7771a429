import { sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { scopeOfChunk } from '../history/scope.ts';
import { parametersOf } from '../json-values.ts';
import { type ChunkSource, indexChunk } from './keywords.ts';

/** Chunks per batch, far below the limits of a D1 statement, and batches per tick. */
const chunksAtOnce = 200;
const roundsOfTick = 20;

interface EarlierRow extends ChunkSource {
  readonly seq: number;
}

/**
 * Adds the chunks of earlier versions to the index of terms, the latest first, at most 4,000 per
 * minute. Returns the number of chunks added; 0 once all are. Overlapping ticks repeat work and end in
 * the same state.
 */
export const addTerms = (ctx: Ctx): Promise<number> =>
  repeatBounded(roundsOfTick, chunksAtOnce, async () => {
    const rows = await selectEarlierRows(ctx.db, chunksAtOnce);
    if (rows.length > 0) await batch(ctx.db, insertTerms(ctx.db, rows));
    return rows.length;
  });

/** Chunks before the first in the index; new chunks are added behind it when they are stored. */
const selectEarlierRows = (db: Db, limit: number) =>
  db.all<EarlierRow>(sql`
    select c.seq as seq, ${scopeOfChunk} as scope, c.text as text, c.heading as heading, f.name as file_name
    from (select seq from chunks where seq < coalesce((select rowid from chunk_terms order by rowid limit 1), 9007199254740991)
      order by seq desc limit cast(${limit} as integer)) e
    cross join chunks c on c.seq = e.seq cross join files f on f.id = c.file_id`);

/** Skips chunks deleted in the meantime. */
function insertTerms(db: Db, rows: readonly EarlierRow[]) {
  const terms = rows.map(({ seq, ...chunk }) => ({ seq, keys: indexChunk(chunk).keys }));
  return parametersOf(terms).map((some) =>
    db.run(sql`
      insert or replace into chunk_terms (rowid, keys) select c.seq, j.value ->> 'keys'
      from json_each(${some}) j join chunks c on c.seq = j.value ->> 'seq'`),
  );
}
