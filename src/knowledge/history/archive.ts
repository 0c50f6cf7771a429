import { sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import type { Ctx } from '../../platform/context.ts';
import { touchBase } from '../base-store.ts';
import { deleteKeywords, insertKeywords, selectSpaces } from '../ingest/store.ts';
import { indexChunk } from '../search/keywords.ts';
import { vectorIds } from '../vector-space.ts';
import { markArchived, selectUnarchived } from './content-store.ts';
import { moveToFormer } from './move-vectors.ts';
import { formerScope } from './scope.ts';

/** Chunks per batch: their words are computed again. */
const step = 200;

interface LiveRow {
  readonly seq: number;
  readonly id: string;
  readonly base_id: string;
  readonly text: string;
  readonly heading: string | null;
  readonly file_name: string;
}

/**
 * Moves the words and vectors of a file's former content out of the scope that live searches read. Both scopes are
 * read at a revision, so that nothing is missed during the move. Repeated and concurrent calls end in the same state.
 */
export async function archiveContents(ctx: Ctx, file_id: string): Promise<void> {
  const { db, workspace_id } = ctx;
  for (const { attempt } of await selectUnarchived(db, workspace_id, file_id).all()) {
    for (;;) {
      const rows = await selectLiveRows(db, workspace_id, file_id, attempt);
      if (rows.length === 0) break;
      await archiveChunks(ctx, file_id, rows);
    }
    await markArchived(db, workspace_id, file_id, attempt).run();
  }
}

async function archiveChunks(ctx: Ctx, file_id: string, rows: readonly LiveRow[]): Promise<void> {
  const { db, workspace_id } = ctx;
  const base_id = rows[0]?.base_id ?? '';
  const spaces = await selectSpaces(db, file_id).get();
  if (spaces === undefined) return;
  const base = { id: base_id, ...spaces };
  const scope = formerScope(base_id);
  const seqs = rows.map(({ seq }) => seq);
  const ids = rows.map(({ id }) => id);
  await moveToFormer(ctx, base, ids, (moving) =>
    batch(db, [
      db.run(sql`update chunks set is_former = 1 where seq in ${valuesOf(seqs)}`),
      ...deleteKeywords(db, seqs),
      ...insertKeywords(
        db,
        rows.map((row) => ({ id: row.id, ...indexChunk({ scope, ...row }) })),
      ),
      ...moving,
      touchBase(db, { workspace_id, id: base_id }),
    ]),
  );
  const left = new Set(
    (await db.all<{ id: string }>(sql`select id from chunks where id in ${valuesOf(ids)}`)).map(
      ({ id }) => id,
    ),
  );
  // An index outside of the database may have the vector of a chunk again that was purged during the move.
  const gone = ids.filter((id) => !left.has(id));
  await ctx.vectors.remove(workspace_id, vectorIds(base, gone));
}

const selectLiveRows = (db: Db, workspace_id: string, file_id: string, attempt: number) =>
  db.all<LiveRow>(sql`
    select c.seq as seq, c.id as id, c.base_id as base_id, c.text as text, c.heading as heading,
      (select k.name from file_contents k where k.file_id = c.file_id and k.attempt = c.attempt limit 1) as file_name
    from chunks c where c.workspace_id = ${workspace_id} and c.file_id = ${file_id} and c.attempt = ${attempt} and c.is_former = 0
      and exists (select 1 from file_contents k where k.file_id = c.file_id and k.attempt = c.attempt)
    order by c.ordinal limit ${step}`);
