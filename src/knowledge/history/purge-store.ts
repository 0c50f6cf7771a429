import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { knowledge_bases } from '../../db/schema/knowledge.ts';
import type { BaseRow } from '../base-store.ts';

/** Revision rows deleted per visit. */
const revisionsAtOnce = 2000;

export interface FormerContent {
  readonly file_id: string;
  readonly attempt: number;
  readonly chunk_count: number;
  /** Bytes of its original that its deletion frees; 0 while other content has the same one. */
  readonly byte_size: number;
  /** The revision that removed it, and its time. */
  readonly revision: number;
  readonly removed_at: number;
}

interface FormerChunk extends Pick<FormerContent, 'revision' | 'removed_at'> {
  readonly seq: number;
  readonly id: string;
}

export const selectDueBase = (db: Db, now: number) =>
  db
    .select()
    .from(knowledge_bases)
    .where(and(lte(knowledge_bases.purge_due_at, now), isNull(knowledge_bases.deleted_at)))
    .orderBy(asc(knowledge_bases.purge_due_at))
    .limit(1);

/** Selects the first revision that the active version of an agent, a labelled one or one of a running experiment is pinned to; null without any. */
export const selectHeldRevision = (db: Db, { id, workspace_id }: BaseRow) =>
  db.all<{ revision: number | null }>(sql`
    select min(j.value) as revision from agents a cross join agent_versions v cross join json_each(v.config, '$.knowledge.revisions') j
    where a.workspace_id = ${workspace_id} and a.archived_at is null and a.deleted_at is null and j.key = ${id} and j.value >= (select b.oldest_revision from knowledge_bases b where b.id = ${id})
      and v.id in (select a.active_version_id union all select l.version_id from agent_labels l where l.agent_id = a.id
        union all select k.version_id from experiments e join experiment_variants k on k.experiment_id = e.id
          where e.workspace_id = a.workspace_id and e.agent_id = a.id and e.status in ('running', 'paused'))`);

/** Selects former contents of a base, the first removed first. */
export const selectFormerContents = (db: Db, base_id: string, limit: number) =>
  db.all<FormerContent>(sql`
    select k.file_id as file_id, k.attempt as attempt, k.chunk_count as chunk_count, k.removed_revision as revision,
      coalesce(r.created_at, 0) as removed_at, coalesce((
        select o.byte_size from former_originals o where o.id = k.original_id and not exists (
          select 1 from file_contents l where l.file_id = k.file_id and l.original_id = k.original_id
            and (l.removed_revision is null or l.removed_revision > k.removed_revision))), 0) as byte_size
    from file_contents k left join knowledge_revisions r on r.base_id = k.base_id and r.revision = k.removed_revision
    where k.base_id = ${base_id} and k.removed_revision is not null order by k.removed_revision limit ${limit}`);

/** Selects the bytes of the originals that former content of a base names, without those about to be removed. */
export const selectKeptBytes = (db: Db, base_id: string) =>
  db.all<{ bytes: number }>(sql`
    select coalesce(sum(o.byte_size), 0) as bytes from former_originals o where o.id in (
      select k.original_id from file_contents k where k.base_id = ${base_id} and k.removed_revision is not null)`);

/** Selects deleted chunks and former texts of chunks, the first removed first. */
export const selectFormerChunks = (db: Db, base_id: string, limit: number) =>
  db.all<FormerChunk>(sql`
    select c.seq as seq, c.id as id, c.removed_revision as revision, coalesce(r.created_at, 0) as removed_at
    from chunks c left join knowledge_revisions r on r.base_id = c.base_id and r.revision = c.removed_revision
    where c.base_id = ${base_id} and c.removed_revision > 0 order by c.removed_revision limit ${limit}`);

export const raiseOldest = (db: Db, base_id: string, revision: number) =>
  db.run(sql`
    update knowledge_bases set oldest_revision = max(oldest_revision, ${revision}) where id = ${base_id}`);

export const deleteContentsUpTo = (db: Db, base_id: string, revision: number) =>
  db.run(sql`
    delete from file_contents where base_id = ${base_id} and removed_revision <= ${revision}`);

export const deleteRevisionsBefore = (db: Db, base_id: string, revision: number) =>
  db.run(sql`
    delete from knowledge_revisions where rowid in (
      select rowid from knowledge_revisions where base_id = ${base_id} and revision < ${revision} limit ${revisionsAtOnce})`);

/** Sets when former content is looked at next, unless the base has changed since it was read. */
export const schedulePurge = (
  db: Db,
  { id, revision, retention_days }: BaseRow,
  purge_due_at: number | null,
) =>
  db
    .update(knowledge_bases)
    .set({ purge_due_at })
    .where(
      and(
        eq(knowledge_bases.id, id),
        eq(knowledge_bases.revision, revision),
        eq(knowledge_bases.retention_days, retention_days),
      ),
    );
