import { and, inArray, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { valuesOf } from '../../db/json-values.ts';
import { outbox } from '../../db/schema/platform.ts';
import { hour } from '../../shared/time.ts';

/** Maximum duration of an upload. */
const cleanupAfter = hour;

/**
 * Schedules the cleanup of an object before it is written. The batch with the row replaces it by the
 * ingestion: an object left without a row is deleted.
 */
export const insertCleanup = (db: Db, workspace_id: string, file_id: string, now: number) =>
  insertJob(db, {
    id: cleanupId(file_id),
    workspace_id,
    job: { type: 'file.delete', file_id },
    due_at: now + cleanupAfter,
    created_at: now,
  });

const insertJob = compileByColumns<typeof outbox.$inferInsert>((db, row) =>
  db.insert(outbox).values(row),
);

/** The unary plus keeps SQLite from reading all jobs of the workspace by their index. */
export const deleteCleanups = (db: Db, workspace_id: string, file_ids: readonly string[]) =>
  db
    .delete(outbox)
    .where(
      and(
        sql`+${outbox.workspace_id} = ${workspace_id}`,
        inArray(outbox.id, valuesOf(file_ids.map(cleanupId))),
        sql`${outbox.job} ->> 'type' = 'file.delete'`,
      ),
    );

/** Id of the scheduled cleanup of a file, which the file's first ingestion replaces. */
export const cleanupId = (file_id: string) => file_id.replace('file_', 'job_');
