import { type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { chunks } from '../../db/schema/knowledge.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { type ChunkRow, type ChunkSet, isSearchable } from '../chunks/store.ts';
import { endHistory, insertRevision, latestRevision, type NewRevision } from './revision-store.ts';

/** A chunk of a searchable set that a request changes. */
export interface ChunkChange {
  readonly set: ChunkSet;
  readonly chunk_id: string;
  readonly change: Extract<NewRevision['change'], `chunk_${string}`>;
}

const isThere = ({ set, chunk_id }: ChunkChange): SQL =>
  sql`${isSearchable(set)} and exists (
    select 1 from chunks c where c.id = ${chunk_id} and c.attempt = ${set.attempt} and c.removed_revision = 0)`;

/** Adds the revision of a change, before the change in its batch. */
export const recordChange = (ctx: Ctx, changed: ChunkChange): Statement => {
  const { set, chunk_id, change } = changed;
  return insertRevision(
    ctx.db,
    {
      ...{ base_id: set.base_id, file_id: set.id, chunk_id, change },
      ...{ actor_id: actorId(ctx.actor), created_at: ctx.now() },
    },
    change === 'chunk_added' ? isSearchable(set) : isThere(changed),
  );
};

/** Ends earlier revisions, for a base that keeps no history; before the change in its batch. */
export const forgetChunk = (ctx: Ctx, changed: ChunkChange): Statement =>
  endHistory(ctx.db, changed.set.base_id, isThere(changed));

/**
 * Stores the text that a chunk is about to lose as a chunk `id` of former content. Fails on the NOT NULL
 * `chunks.text` when the chunk has another text than `chunk`.
 */
export const copyFormer = (db: Db, changed: ChunkChange, chunk: ChunkRow, id: string): Statement =>
  db.run(sql`
    insert into chunks (id, workspace_id, base_id, file_id, attempt, ordinal, text, heading, page, start, "end", token_count,
      is_disabled, origin, former_of, added_revision, removed_revision, toggled_revisions, is_former)
    select ${id}, c.workspace_id, c.base_id, c.file_id, c.attempt, c.ordinal,
      iif(c.text = ${chunk.text} and c.heading is ${chunk.heading}, c.text, null), c.heading, c.page, c.start, c."end", c.token_count,
      c.is_disabled, c.origin, c.id, c.added_revision, ${latestRevision(changed.set)}, c.toggled_revisions, 1
    from chunks c where c.id = ${chunk.id} and ${isThere(changed)}`);

/** Columns of a chunk that is deleted and becomes former content. */
export const removedNow = (set: ChunkSet) =>
  ({ removed_revision: latestRevision(set), is_former: true }) as const;

/** The value of `toggled_revisions` after a change of `is_disabled` in the same statement. */
export const toggledTo = (set: ChunkSet, is_disabled: boolean): SQL =>
  sql`iif(${chunks.is_disabled} = ${is_disabled ? 1 : 0}, ${chunks.toggled_revisions},
    json_insert(coalesce(${chunks.toggled_revisions}, iif(${chunks.is_disabled}, '[0]', '[]')), '$[#]', ${latestRevision(set)}))`;

/** Adapts the number of chunks of the present content. */
export const countChunk = (db: Db, { id, attempt }: ChunkSet, by: 1 | -1, condition: SQL) =>
  db.run(sql`
    update file_contents set chunk_count = chunk_count + ${by}
    where file_id = ${id} and attempt = ${attempt} and removed_revision is null and ${condition}`);

/** True while a chunk that is deleted is there. */
export const isChunkThere = isThere;
