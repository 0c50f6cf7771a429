import { and, asc, eq, gt, inArray, isNull, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import type { AttachedFile } from '../../db/schema/runs.ts';
import { attachments, sessions } from '../../db/schema/sessions.ts';

export type AttachmentRow = typeof attachments.$inferSelect;

/** Binds values as one JSON parameter, since a statement takes at most 100. */
export const valuesOf = (values: readonly unknown[]) =>
  sql`(select value from json_each(${JSON.stringify(values)}))`;

const own = (workspace_id: string, id: string) =>
  and(eq(attachments.workspace_id, workspace_id), eq(attachments.id, id));

const ofSession = (workspace_id: string, session_id: string) =>
  and(eq(attachments.workspace_id, workspace_id), eq(attachments.session_id, session_id));

/**
 * Inserts an attachment. Fails on the NOT NULL `attachments.session_id` when the session is gone,
 * and on a unique index when it has the content.
 */
export const insertAttachment = (db: Db, row: AttachmentRow) =>
  db.insert(attachments).values({
    ...row,
    session_id: sql`(select s.id from sessions s where s.id = ${row.session_id} and s.workspace_id = ${row.workspace_id})`,
  });

export const selectAttachment = (db: Db, workspace_id: string, id: string) =>
  db.select().from(attachments).where(own(workspace_id, id));

/** Selects the session of an attachment, which determines access. */
export const selectSessionOfAttachment = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        sql`${sessions.id} = (select session_id from attachments where id = ${id} and workspace_id = ${workspace_id})`,
      ),
    );

/** Selects attachments of a session, oldest first. */
export const selectAttachments = (
  db: Db,
  workspace_id: string,
  session_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(attachments)
    .where(
      and(
        ofSession(workspace_id, session_id),
        after === null ? undefined : gt(attachments.id, after),
      ),
    )
    .orderBy(asc(attachments.id))
    .limit(limit);

/** Selects attachments of the session with the same content. */
export const selectSameAttachments = (
  db: Db,
  workspace_id: string,
  session_id: string,
  digests: readonly string[],
) =>
  db
    .select()
    .from(attachments)
    .where(
      and(ofSession(workspace_id, session_id), inArray(attachments.sha256, valuesOf(digests))),
    );

export const selectAttachmentsByIds = (
  db: Db,
  workspace_id: string,
  session_id: string,
  ids: readonly string[],
) =>
  db
    .select()
    .from(attachments)
    .where(and(ofSession(workspace_id, session_id), inArray(attachments.id, valuesOf(ids))));

export const selectAttachmentsByObjects = (
  db: Db,
  workspace_id: string,
  session_id: string,
  object_ids: readonly string[],
) =>
  db
    .select()
    .from(attachments)
    .where(
      and(
        ofSession(workspace_id, session_id),
        eq(attachments.status, 'ready'),
        inArray(attachments.object_id, valuesOf(object_ids)),
      ),
    );

/** Assigns attachments to a message. From then on they are deleted only with the session. */
export const useAttachments = (
  db: Db,
  workspace_id: string,
  message_id: string,
  ids: readonly string[],
) =>
  db
    .update(attachments)
    .set({ message_id })
    .where(
      and(
        eq(attachments.workspace_id, workspace_id),
        inArray(attachments.id, valuesOf(ids)),
        isNull(attachments.message_id),
      ),
    );

/**
 * Returns the files of a message if its own still exist; else null, which violates a constraint and
 * fails the batch.
 */
export const guardedFiles = (files: readonly AttachedFile[], message_id: string) => {
  const own = files.filter((file) => file.message_id === message_id).map(({ id }) => id);
  const json = JSON.stringify(files);
  if (own.length === 0) return sql`${json}`;
  return sql`iif((select count(*) from attachments a where a.id in ${valuesOf(own)}) = ${own.length}, ${json}, null)`;
};

export const countAttachments = (db: Db, workspace_id: string, session_id: string) =>
  db
    .select({ count: sql<number>`count(*)`.as('count') })
    .from(attachments)
    .where(ofSession(workspace_id, session_id));

/** Updates an attachment that is `processing`; returns no row for others. */
export const settleAttachment = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<AttachmentRow>,
) =>
  db
    .update(attachments)
    .set(changes)
    .where(and(own(workspace_id, id), eq(attachments.status, 'processing')))
    .returning({ id: attachments.id });

/** Deletes an attachment that no message uses. */
export const deleteUnusedAttachment = (db: Db, workspace_id: string, id: string) =>
  db
    .delete(attachments)
    .where(and(own(workspace_id, id), isNull(attachments.message_id)))
    .returning({ id: attachments.id });

/**
 * Erases the attachments of a session, for the batch that erases the session, before its row. The
 * first statement returns the job that removes their objects, if any; send it, or leave it to the
 * sweep.
 */
export function eraseAttachments(
  db: Db,
  workspace_id: string,
  session_id: string,
  now: number,
): Statement[] {
  const job = sql`json_object('type', 'attachment.delete', 'object_ids', json_group_array(a.object_id))`;
  return [
    db.all(sql`
      insert into outbox (id, workspace_id, job, due_at, created_at)
      select ${session_id.replace(/^[a-z]+_/, 'job_')}, ${workspace_id}, ${job}, ${now}, ${now}
      from attachments a where a.workspace_id = ${workspace_id} and a.session_id = ${session_id} having count(*) > 0
      returning id, workspace_id, job`),
    db.delete(attachments).where(ofSession(workspace_id, session_id)),
  ];
}
