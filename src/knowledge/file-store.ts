import { and, desc, eq, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { compileByColumns } from '../db/compiled.ts';
import { valuesOf } from '../db/json-values.ts';
import { type FileStatus, files, knowledge_bases } from '../db/schema/knowledge.ts';
import { definedFields } from '../shared/defined-fields.ts';
import {
  changedReplacement,
  type FileChanges,
  isAsSeen,
  type NewContent,
  replacedColumns,
  retriedReplacement,
} from './replacement.ts';
import { conditionOf } from './search/filter-sql.ts';

export type FileRow = typeof files.$inferSelect;

const ownFile = (workspace_id: string, id: string) =>
  and(eq(files.workspace_id, workspace_id), eq(files.id, id), isNull(files.deleted_at));

/**
 * Inserts a file. Fails on the NOT NULL `files.base_id` when the base is gone or, without an external id, has a
 * file with the same content, which nothing replaces; and on a unique index when it has a file with the external id.
 */
export const insertFile = compileByColumns<FileRow>((db, row) =>
  db.insert(files).values({
    ...row,
    base_id: sql`(select b.id from knowledge_bases b where b.id = ${row.base_id} and b.workspace_id = ${row.workspace_id} and b.deleted_at is null
      and (${row.external_id} is not null or not exists (select 1 from files f where f.base_id = b.id and f.sha256 = ${row.sha256} and f.deleted_at is null
        and coalesce(f.replacement ->> 'sha256', f.sha256) = f.sha256)))`,
  }),
);

/**
 * Columns of a file that is queued again: its searchable chunks remain so until the next attempt is ready.
 * In SQL, since the row may have changed since it was read.
 */
const queuedColumns = {
  status: 'queued',
  progress: 0,
  error_code: null,
  error_detail: null,
  chunk_count: null,
  replacement: retriedReplacement,
  former_attempt: sql`iif(${files.status} = 'ready', ${files.attempt}, ${files.former_attempt})`,
  former_chunk_count: sql`iif(${files.status} = 'ready', coalesce(${files.chunk_count}, 0), ${files.former_chunk_count})`,
} as const;

/**
 * Gives new content to a file, which takes the place of its own when it is ready. Fails on the NOT NULL `files.base_id` unless the file is at the revision before
 * that of `row`, as it was `seen`, and its base is there: an update would be lost without an error.
 */
export const replaceContent = (db: Db, row: FileRow, content: NewContent, seen: FileRow) => {
  const { revision, changed_by, updated_at } = row;
  return db
    .insert(files)
    .values({
      ...row,
      // Conflicts with its own row by the id only.
      ...{ sha256: row.id, external_id: null },
      base_id: sql`(select b.id from files f join knowledge_bases b on b.id = f.base_id and b.deleted_at is null
        where f.id = ${row.id} and f.workspace_id = ${row.workspace_id} and f.deleted_at is null and f.revision = ${revision - 1} and ${isAsSeen(seen)})`,
    })
    .onConflictDoUpdate({
      target: files.id,
      set: {
        ...queuedColumns,
        ...replacedColumns(content, updated_at),
        ...{ revision, changed_by, updated_at },
      },
    });
};

/** Id in the key of a file's original. */
export const originalIdOf = ({ id, original_id }: Pick<FileRow, 'id' | 'original_id'>): string =>
  original_id ?? id;

/** Selects a file with the agent of its base, which determines access. */
export const selectFile = (db: Db, workspace_id: string, id: string) =>
  selectWithAgent(db, ownFile(workspace_id, id));

/** The same, also for a hidden file that has former content. */
export const selectFileOrHistory = (db: Db, workspace_id: string, id: string) =>
  selectWithAgent(
    db,
    and(
      eq(files.workspace_id, workspace_id),
      eq(files.id, id),
      sql`(${files.deleted_at} is null or exists (select 1 from file_contents k where k.file_id = ${id}))`,
    ),
  );

const selectWithAgent = (db: Db, condition: SQL | undefined) =>
  db
    .select({
      file: files,
      agent_id: sql<string | null>`${knowledge_bases.agent_id}`.as('agent_id'),
    })
    .from(files)
    .innerJoin(
      knowledge_bases,
      and(eq(knowledge_bases.id, files.base_id), isNull(knowledge_bases.deleted_at)),
    )
    .where(condition);

/** Selects files of the base with the same content or external id. */
export const selectTwins = (
  db: Db,
  workspace_id: string,
  base_id: string,
  digests: readonly string[],
  external_id: string | null,
) =>
  db
    .select()
    .from(files)
    .where(
      and(
        // By the indexes of both subqueries, not by that of the workspace's files.
        sql`${files.id} in (select f.id from files f where f.base_id = ${base_id} and f.sha256 in ${valuesOf(digests)}
          union all select f.id from files f where f.base_id = ${base_id} and f.external_id = ${external_id} and f.deleted_at is null)`,
        sql`+${files.workspace_id} = ${workspace_id}`,
        isNull(files.deleted_at),
      ),
    );

export interface FileFilters {
  readonly status?: FileStatus | undefined;
  readonly q?: string | undefined;
  readonly external_id?: string | undefined;
  readonly sha256?: string | undefined;
  readonly language?: string | undefined;
  readonly tag?: string | undefined;
  readonly published_from?: string | undefined;
  readonly published_to?: string | undefined;
}

/** The same conditions as in the filter of a search. */
function matchesFields({ language, tag, published_from, published_to }: FileFilters) {
  const published_at = definedFields({ gte: published_from, lte: published_to });
  const condition = conditionOf({
    ...(language === undefined ? {} : { language }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(Object.keys(published_at).length === 0 ? {} : { published_at }),
  });
  return condition === null
    ? undefined
    : sql`exists (select 1 from files f where f.id = ${files.id} and ${condition})`;
}

export const selectFiles = (
  db: Db,
  workspace_id: string,
  base_id: string | SQL,
  filters: FileFilters,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(files)
    .where(
      and(
        eq(files.workspace_id, workspace_id),
        eq(files.base_id, base_id),
        isNull(files.deleted_at),
        filters.status === undefined ? undefined : eq(files.status, filters.status),
        filters.external_id === undefined ? undefined : eq(files.external_id, filters.external_id),
        filters.sha256 === undefined ? undefined : eq(files.sha256, filters.sha256),
        filters.q === undefined
          ? undefined
          : sql`instr(lower(${files.name}), lower(${filters.q})) > 0`,
        matchesFields(filters),
        after === null ? undefined : lt(files.id, after),
      ),
    )
    .orderBy(desc(files.id))
    .limit(limit);

/** Selects files of the workspace in any state. */
export const selectSomeFiles = (db: Db, workspace_id: string, limit: number) =>
  db.select({ id: files.id }).from(files).where(eq(files.workspace_id, workspace_id)).limit(limit);

export const updateFile = (db: Db, workspace_id: string, id: string, changes: Partial<FileRow>) =>
  db.update(files).set(changes).where(ownFile(workspace_id, id)).returning();

/**
 * Changes what a person may change of a file, and of the content that replaces it. Merges `fields` into those of the
 * file (RFC 7396), in SQL, since they may have changed since they were read.
 */
export const changeFile = (
  db: Db,
  workspace_id: string,
  id: string,
  { fields, ...changes }: FileChanges,
  { changed_by, updated_at }: Pick<FileRow, 'changed_by' | 'updated_at'>,
) =>
  db
    .update(files)
    .set({
      ...changes,
      ...(fields === undefined
        ? {}
        : { fields: sql`json_patch(${files.fields}, ${JSON.stringify(fields)})` }),
      replacement: changedReplacement({ fields, ...changes }),
      ...{ changed_by, updated_at },
    })
    .where(ownFile(workspace_id, id))
    .returning();

/** Hides a file. The increased attempt number fences off a running ingestion. */
export const markFileDeleted = (
  db: Db,
  workspace_id: string,
  id: string,
  now: number,
  changed_by: string | null = null,
) =>
  db
    .update(files)
    .set({ changed_by, deleted_at: now, updated_at: now, attempt: sql`${files.attempt} + 1` })
    .where(ownFile(workspace_id, id))
    .returning({ id: files.id });

/** Hides the files of a base, for the batch that deletes the base. This frees their quotas. */
export const markFilesDeleted = (db: Db, workspace_id: string, base_id: string, now: number) =>
  db
    .update(files)
    .set({ deleted_at: now, updated_at: now, attempt: sql`${files.attempt} + 1` })
    .where(
      and(
        eq(files.workspace_id, workspace_id),
        eq(files.base_id, base_id),
        isNull(files.deleted_at),
      ),
    );

/** Queues a file for `revision` if it is `ready` or `failed` at the revision before; returns no row otherwise. */
export const requeueFile = (
  db: Db,
  {
    workspace_id,
    id,
    revision,
    changed_by,
    updated_at,
  }: Pick<FileRow, 'workspace_id' | 'id' | 'revision' | 'changed_by' | 'updated_at'>,
) =>
  db
    .update(files)
    .set({ ...queuedColumns, revision, changed_by, updated_at })
    .where(
      and(
        ownFile(workspace_id, id),
        eq(files.revision, revision - 1),
        inArray(files.status, ['ready', 'failed']),
      ),
    )
    .returning();
