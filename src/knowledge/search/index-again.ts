import { sql } from 'drizzle-orm';
import { batch, type Db, type Statement } from '../../db/client.ts';
import { parametersOf } from '../../db/json-values.ts';
import type { Ctx } from '../../platform/context.ts';
import { repeatBounded } from '../../platform/repeat-bounded.ts';
import { scopeOfChunk } from '../history/scope.ts';
import { type ChunkSource, type IndexedChunk, indexChunk } from './keywords.ts';
import { indexVersion, isSampled } from './word-counts.ts';

/** Chunks per batch, far below the limits of a D1 statement, and batches per tick. */
const chunksAtOnce = 200;
const roundsOfTick = 20;

interface IndexedRow extends ChunkSource {
  readonly seq: number;
}

interface NewRow extends IndexedChunk {
  readonly seq: number;
}

/**
 * Indexes chunks of earlier versions again, as keys of their stems, the latest
 * first, at most 4,000 per minute. Returns the number of chunks read; 0 once all are. Overlapping ticks repeat work and
 * end in the same state. Until then a search also looks for the words.
 */
export async function indexAgain(ctx: Ctx): Promise<number> {
  const [progress] = await ctx.db.all<{ before: number }>(
    sql`select before from keyword_progress where version = ${indexVersion}`,
  );
  let before = progress?.before ?? (await begin(ctx.db));
  return repeatBounded(roundsOfTick, chunksAtOnce, async () => {
    if (before <= 0) return 0;
    const rows = await selectRows(ctx.db, before, chunksAtOnce);
    before = rows.at(-1)?.seq ?? 0;
    await batch(ctx.db, [moveTo(ctx.db, before), ...insertAgain(ctx.db, rows)]);
    return rows.length;
  });
}

/** Chunks stored from now on are complete, also those of Workers that were deployed after the migration. */
async function begin(db: Db): Promise<number> {
  const [row] = await db.all<{ before: number }>(sql`
    insert into keyword_progress (version, before) select ${indexVersion}, coalesce(max(seq), 0) + 1 from chunks where true
    on conflict (version) do update set before = before returning before`);
  return row?.before ?? 0;
}

const moveTo = (db: Db, before: number) =>
  db.run(
    sql`update keyword_progress set before = min(before, ${before}) where version = ${indexVersion}`,
  );

const selectRows = (db: Db, before: number, limit: number) =>
  db.all<IndexedRow>(sql`
    select c.seq as seq, ${scopeOfChunk} as scope, c.text as text, c.heading as heading, f.name as file_name
    from (select seq from chunks where seq < cast(${before} as integer) order by seq desc limit cast(${limit} as integer)) e
    cross join chunks c on c.seq = e.seq cross join files f on f.id = c.file_id order by c.seq desc`);

/** Leaves the chunks of `moveKeywords` to it. Those of earlier versions were all in the index of terms. */
function insertAgain(db: Db, rows: readonly IndexedRow[]): Statement[] {
  const changed: NewRow[] = rows.map(({ seq, ...chunk }) => ({ seq, ...indexChunk(chunk) }));
  return parametersOf(changed).flatMap((some) => [
    db.run(sql`
      insert or replace into chunk_words (rowid, scope, title, body)
      select c.seq, ${scopeOfChunk}, j.value ->> 'title', j.value ->> 'body'
      from json_each(${some}) j join chunks c on c.seq = j.value ->> 'seq'
      where not exists (select 1 from chunks_fts where rowid = c.seq)`),
    db.run(
      sql`delete from chunk_terms where rowid in (select j.value ->> 'seq' from json_each(${some}) j)`,
    ),
    db.run(sql`
      insert into chunk_terms (rowid, keys) select c.seq, (j.value ->> 'title') || ' ' || (j.value ->> 'body')
      from json_each(${some}) j join chunks c on c.seq = j.value ->> 'seq' where ${isSampled}`),
  ]);
}
