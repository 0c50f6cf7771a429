import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { outbox } from '../../db/schema/platform.ts';
import { hour } from '../../shared/time.ts';
import { valuesOf } from '../json-values.ts';

/** Maximum duration of an upload. */
const cleanupAfter = hour;

/**
 * Schedules the cleanup of an object before it is written. The batch with the row cancels it: an
 * object left without a row is deleted.
 */
export const insertCleanup = (db: Db, workspace_id: string, file_id: string, now: number) =>
  db.insert(outbox).values({
    id: cleanupId(file_id),
    workspace_id,
    job: { type: 'file.delete', file_id },
    due_at: now + cleanupAfter,
    created_at: now,
  });

export const deleteCleanups = (db: Db, workspace_id: string, file_ids: readonly string[]) =>
  db
    .delete(outbox)
    .where(
      and(
        eq(outbox.workspace_id, workspace_id),
        inArray(outbox.id, valuesOf(file_ids.map(cleanupId))),
      ),
    );

const cleanupId = (file_id: string) => file_id.replace('file_', 'job_');
