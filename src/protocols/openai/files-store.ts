import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { uploads } from '../../db/schema/openai.ts';
import { day } from '../../shared/time.ts';

export type UploadRow = typeof uploads.$inferSelect;

const own = (workspace_id: string, id: string) =>
  and(eq(uploads.workspace_id, workspace_id), eq(uploads.id, id));

export const insertUpload = (db: Db, row: UploadRow) => db.insert(uploads).values(row);

export const selectUpload = (db: Db, workspace_id: string, id: string) =>
  db.select().from(uploads).where(own(workspace_id, id));

export interface UploadFilter {
  readonly purpose: string | undefined;
  /** Lists only the files of this uploader; undefined lists all. */
  readonly created_by: string | undefined;
  readonly order: 'asc' | 'desc';
  readonly after: string | undefined;
  readonly limit: number;
  readonly now: number;
}

const isLive = (now: number) =>
  sql`(${uploads.expires_at} is null or ${uploads.expires_at} > ${now})`;

export const selectUploads = (
  db: Db,
  workspace_id: string,
  { purpose, created_by, order, after, limit, now }: UploadFilter,
) =>
  db
    .select()
    .from(uploads)
    .where(
      and(
        eq(uploads.workspace_id, workspace_id),
        isLive(now),
        purpose === undefined ? undefined : eq(uploads.purpose, purpose),
        created_by === undefined ? undefined : eq(uploads.created_by, created_by),
        after === undefined
          ? undefined
          : order === 'asc'
            ? gt(uploads.id, after)
            : lt(uploads.id, after),
      ),
    )
    .orderBy(order === 'asc' ? asc(uploads.id) : desc(uploads.id))
    .limit(limit);

export const updateUpload = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<UploadRow>,
) => db.update(uploads).set(changes).where(own(workspace_id, id));

export const deleteUpload = (db: Db, workspace_id: string, id: string) =>
  db.delete(uploads).where(own(workspace_id, id)).returning({ id: uploads.id });

/** Selects files of all workspaces that have expired or exceeded the retention of their workspace. */
export const selectDueUploads = (db: Db, now: number, limit: number) =>
  db.all<Pick<UploadRow, 'id' | 'workspace_id'>>(sql`
    select u.id, u.workspace_id from uploads u where u.expires_at is not null and u.expires_at <= ${now}
    union
    select u.id, u.workspace_id from workspaces w
    join uploads u on u.workspace_id = w.id and u.created_at <= ${now} - w.retention_days * ${day}
    where w.retention_days > 0
    limit ${limit}`);
