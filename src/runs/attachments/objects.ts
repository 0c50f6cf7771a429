import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { uploads } from '../../db/schema/openai.ts';
import { outbox } from '../../db/schema/platform.ts';
import { run_files } from '../../db/schema/runs.ts';
import { attachments } from '../../db/schema/sessions.ts';
import { bytesOf, type ExtractedDocument, originalKey } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { JobMessage } from '../../platform/job.ts';
import { hour } from '../../shared/time.ts';

/** The key of the extracted text with its pages, stored as JSON since it may exceed a row of D1 (2 MB). */
const textKey = (workspace_id: string, object_id: string): string =>
  `${workspace_id}/${object_id}/text`;

export const storeText = (ctx: Ctx, object_id: string, document: ExtractedDocument) =>
  ctx.files.put(textKey(ctx.workspace_id, object_id), bytesOf(JSON.stringify(document)), {
    media_type: 'application/json',
    limit: Number.POSITIVE_INFINITY,
  });

/** Returns the extracted text; null when it no longer exists. */
export async function readText(ctx: Ctx, object_id: string): Promise<ExtractedDocument | null> {
  const object = await ctx.files.get(textKey(ctx.workspace_id, object_id));
  return object === null ? null : new Response(object.body).json<ExtractedDocument>();
}

const valuesOf = (values: readonly string[]) =>
  sql`(select value from json_each(${JSON.stringify(values)}))`;

/**
 * Selects those of the objects that an attachment, an upload or a file of a one-off run refers to.
 */
const selectLiveObjects = (db: Db, object_ids: readonly string[]) => {
  const ids = valuesOf(object_ids);
  return db
    .select({ object_id: attachments.object_id })
    .from(attachments)
    .where(inArray(attachments.object_id, ids))
    .union(db.select({ object_id: uploads.id }).from(uploads).where(inArray(uploads.id, ids)))
    .union(
      db
        .select({ object_id: run_files.object_id })
        .from(run_files)
        .where(inArray(run_files.object_id, ids)),
    );
};

/** Removes the objects that no row refers to. */
export async function removeObjects(ctx: Ctx, object_ids: readonly string[]): Promise<void> {
  const live = new Set(
    (await selectLiveObjects(ctx.db, object_ids).all()).map(({ object_id }) => object_id),
  );
  const dead = object_ids.filter((id) => !live.has(id));
  await ctx.files.remove(
    dead.flatMap((id) => [originalKey(ctx.workspace_id, id), textKey(ctx.workspace_id, id)]),
  );
}

/** Maximum duration of an upload. */
const cleanupAfter = hour;

const cleanupId = (object_id: string) => object_id.replace(/^[a-z]+_/, 'job_');

/** Schedules the removal of an object before it is written. It is cancelled together with the insert of its row. */
export const insertAttachmentCleanup = (
  db: Db,
  workspace_id: string,
  object_id: string,
  now: number,
) =>
  db.insert(outbox).values({
    id: cleanupId(object_id),
    workspace_id,
    job: { type: 'attachment.delete', object_ids: [object_id] },
    due_at: now + cleanupAfter,
    created_at: now,
  });

export const deleteAttachmentCleanups = (
  db: Db,
  workspace_id: string,
  object_ids: readonly string[],
) =>
  db
    .delete(outbox)
    .where(
      and(
        eq(outbox.workspace_id, workspace_id),
        inArray(outbox.id, valuesOf(object_ids.map(cleanupId))),
      ),
    );

/** Sends the job that an erasing batch has added for its objects, if any, instead of waiting for the sweep. */
export function sendErasure(ctx: Ctx, rows: unknown): void {
  const jobs = (rows as { id: string; workspace_id: string; job: string }[]).map((row) =>
    JobMessage.parse({ ...row, job: JSON.parse(row.job) }),
  );
  if (jobs.length > 0) ctx.defer(ctx.jobs.send(jobs));
}
