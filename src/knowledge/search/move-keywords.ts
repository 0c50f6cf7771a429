import { sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import type { Ctx } from '../../platform/context.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { scopeOfChunk } from '../history/scope.ts';
import { indexChunk } from './keywords.ts';

/** Chunks per batch, far below the limits of a D1 statement, and batches per tick. */
const chunksAtOnce = 200;
const roundsOfTick = 20;

interface OldRow {
  readonly seq: number;
  readonly scope: string;
  /** Null when the chunk has been deleted. */
  readonly text: string | null;
  readonly heading: string | null;
  readonly file_name: string | null;
}

/**
 * Moves chunks from the former keyword index to the one with segmented words, at most 4,000 per
 * minute. Returns the number of chunks moved; 0 once all are. Overlapping ticks repeat work and end
 * in the same state.
 */
export const moveKeywords = (ctx: Ctx): Promise<number> =>
  repeatBounded(roundsOfTick, chunksAtOnce, () => moveSome(ctx));

async function moveSome(ctx: Ctx): Promise<number> {
  const rows = await selectOldRows(ctx.db, chunksAtOnce);
  if (rows.length === 0) return 0;
  const words = rows.flatMap(({ seq, scope, text, heading, file_name }) => {
    if (text === null) return [];
    const { title, body } = indexChunk({ scope, file_name: file_name ?? '', heading, text });
    return [{ seq, title, body }];
  });
  await batch(ctx.db, [
    insertWords(ctx.db, words),
    deleteOldRows(
      ctx.db,
      rows.map(({ seq }) => seq),
    ),
  ]);
  return rows.length;
}

const selectOldRows = (db: Db, limit: number) =>
  db.all<OldRow>(sql`
    select o.seq as seq, ${scopeOfChunk} as scope, c.text as text, c.heading as heading, f.name as file_name
    from (select rowid as seq from chunks_fts order by rowid limit cast(${limit} as integer)) o
    left join chunks c on c.seq = o.seq left join files f on f.id = c.file_id`);

/** Skips chunks deleted in the meantime. */
const insertWords = (db: Db, rows: readonly { readonly seq: number }[]) =>
  db.run(sql`
    insert or replace into chunk_words (rowid, scope, title, body)
    select c.seq, ${scopeOfChunk}, j.value ->> 'title', j.value ->> 'body'
    from json_each(${JSON.stringify(rows)}) j join chunks c on c.seq = j.value ->> 'seq'`);

const deleteOldRows = (db: Db, seqs: readonly number[]) =>
  db.run(sql`delete from chunks_fts where rowid in ${valuesOf(seqs)}`);
