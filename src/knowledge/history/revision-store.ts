import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { knowledge_revisions, revisionChanges } from '../../db/schema/knowledge-history.ts';

export type RevisionRow = typeof knowledge_revisions.$inferSelect;

/** The latest revision of a base, within the batch that adds it. */
export const latestRevision = ({ base_id }: { readonly base_id: string }): SQL<number> =>
  sql<number>`(select b.revision from knowledge_bases b where b.id = ${base_id})`;

export interface NewRevision
  extends Pick<RevisionRow, 'base_id' | 'file_id' | 'chunk_id' | 'actor_id' | 'created_at'> {
  readonly change: (typeof revisionChanges)[number];
}

/** Adds a revision to a base while `condition` holds. Changes of whole files are added by triggers. */
export const insertRevision = (
  db: Db,
  { base_id, change, file_id, chunk_id, actor_id, created_at }: NewRevision,
  condition: SQL,
) =>
  db.run(sql`
    insert into knowledge_revisions (base_id, revision, workspace_id, change, file_id, chunk_id, actor_id, created_at)
    select b.id, b.revision + 1, b.workspace_id, ${change}, ${file_id}, ${chunk_id}, ${actor_id}, ${created_at}
    from knowledge_bases b where b.id = ${base_id} and ${condition}`);

/** Ends all revisions before the latest, for a change that keeps no history, while `condition` holds. */
export const endHistory = (db: Db, base_id: string, condition: SQL) =>
  db.run(sql`
    update knowledge_bases set oldest_revision = revision where id = ${base_id} and ${condition}`);
