import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { file_contents } from '../../db/schema/knowledge-history.ts';

export type ContentRow = typeof file_contents.$inferSelect;

const ofFile = (workspace_id: string, file_id: string) =>
  and(eq(file_contents.workspace_id, workspace_id), eq(file_contents.file_id, file_id));

/** Selects attempts of a file that have content, present or former. */
export const selectAttempts = (db: Db, workspace_id: string, file_id: string, after: number) =>
  db
    .selectDistinct({ attempt: file_contents.attempt })
    .from(file_contents)
    .where(and(ofFile(workspace_id, file_id), gt(file_contents.attempt, after)));

/** Selects attempts whose content is former, and whose chunks are not archived yet. */
export const selectUnarchived = (db: Db, workspace_id: string, file_id: string) =>
  db
    .selectDistinct({ attempt: file_contents.attempt })
    .from(file_contents)
    .where(
      and(
        ofFile(workspace_id, file_id),
        sql`${file_contents.removed_revision} is not null and ${file_contents.is_archived} = 0
          and ${file_contents.attempt} is not (select p.attempt from file_contents p where p.file_id = ${file_id} and p.removed_revision is null)`,
      ),
    );

export const markArchived = (db: Db, workspace_id: string, file_id: string, attempt: number) =>
  db
    .update(file_contents)
    .set({ is_archived: true })
    .where(
      and(
        ofFile(workspace_id, file_id),
        eq(file_contents.attempt, attempt),
        sql`${file_contents.removed_revision} is not null`,
      ),
    );

/** Deletes the history of a file; of a hidden base also what is searchable. */
export const deleteContents = (db: Db, workspace_id: string, file_id: string) =>
  db.delete(file_contents).where(
    and(
      ofFile(workspace_id, file_id),
      sql`(${file_contents.removed_revision} is not null
          or exists (select 1 from knowledge_bases b where b.id = ${file_contents.base_id} and b.deleted_at is not null))`,
    ),
  );

/** Selects the content of a file at a revision; the present one for null. */
export const selectContent = (
  db: Db,
  workspace_id: string,
  file_id: string,
  revision: number | null,
) =>
  db
    .select()
    .from(file_contents)
    .where(
      and(
        ofFile(workspace_id, file_id),
        revision === null
          ? isNull(file_contents.removed_revision)
          : and(
              lte(file_contents.added_revision, revision),
              sql`(${file_contents.removed_revision} is null or ${file_contents.removed_revision} > ${revision})`,
            ),
      ),
    );
