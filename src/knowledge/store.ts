import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { agent_versions, agents } from '../db/schema/agents.ts';
import { chunks, type FileStatus, files, knowledge_bases } from '../db/schema/knowledge.ts';
import { outbox } from '../db/schema/platform.ts';
import { hour } from '../shared/time.ts';

export type BaseRow = typeof knowledge_bases.$inferSelect;
export type FileRow = typeof files.$inferSelect;
export type ChunkRow = typeof chunks.$inferSelect;

/** Values as one JSON parameter: a statement takes at most 100. */
export const valuesOf = (values: readonly unknown[]) =>
  sql`(select value from json_each(${JSON.stringify(values)}))`;

const ownBase = (workspace_id: string, id: string | SQL) =>
  and(
    eq(knowledge_bases.workspace_id, workspace_id),
    eq(knowledge_bases.id, id),
    isNull(knowledge_bases.deleted_at),
  );

export const insertBase = (db: Db, row: BaseRow) => db.insert(knowledge_bases).values(row);

export const selectBase = (db: Db, workspace_id: string, id: string | SQL) =>
  db.select().from(knowledge_bases).where(ownBase(workspace_id, id));

export const selectBasesByIds = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select()
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        inArray(knowledge_bases.id, valuesOf(ids)),
        isNull(knowledge_bases.deleted_at),
      ),
    );

export interface BaseFilters {
  /** Null for all; else only bases of these agents. */
  readonly agent_ids: readonly string[] | null;
}

export const selectBases = (
  db: Db,
  workspace_id: string,
  filters: BaseFilters,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        isNull(knowledge_bases.deleted_at),
        filters.agent_ids === null
          ? undefined
          : inArray(knowledge_bases.agent_id, valuesOf(filters.agent_ids)),
        after === null ? undefined : lt(knowledge_bases.id, after),
      ),
    )
    .orderBy(desc(knowledge_bases.id))
    .limit(limit);

export const updateBase = (db: Db, workspace_id: string, id: string, changes: Partial<BaseRow>) =>
  db.update(knowledge_bases).set(changes).where(ownBase(workspace_id, id)).returning();

/** Agents whose active version searches the base. One that is archived searches nothing and cannot be changed. */
export const selectAgentsOfBase = (db: Db, workspace_id: string, id: string, limit: number) =>
  db
    .select({ id: agents.id, slug: agents.slug })
    .from(agents)
    .innerJoin(agent_versions, eq(agent_versions.id, agents.active_version_id))
    .where(
      and(
        eq(agents.workspace_id, workspace_id),
        isNull(agents.archived_at),
        sql`${id} in (select value from json_each(${agent_versions.config}, '$.knowledge.base_ids'))`,
      ),
    )
    .orderBy(asc(agents.id))
    .limit(limit);

/**
 * An agent's own base goes with its agent only, which `with_agent` says. Fails the whole batch, by a null in
 * `knowledge_bases.updated_at`, while an agent searches the base.
 */
export const markBaseDeleted = (
  db: Db,
  workspace_id: string,
  id: string,
  now: number,
  with_agent = false,
) =>
  db
    .update(knowledge_bases)
    .set({
      deleted_at: now,
      updated_at: sql`case when not exists ${selectAgentsOfBase(db, workspace_id, id, 1)} then cast(${now} as integer) end`,
    })
    .where(
      and(ownBase(workspace_id, id), with_agent ? undefined : isNull(knowledge_bases.agent_id)),
    )
    .returning({ id: knowledge_bases.id });

/** For the batch that deletes a base: its files are out of sight, and out of the quotas, with it. */
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

/** Once nothing refers to it. */
export const deleteBaseRow = (db: Db, workspace_id: string, id: string) =>
  db
    .delete(knowledge_bases)
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        eq(knowledge_bases.id, id),
        isNotNull(knowledge_bases.deleted_at),
      ),
    );

/** The vectors of a base have changed, and with them what its ready files hold. */
export const touchBase = (db: Db, workspace_id: string, id: string) =>
  db
    .update(knowledge_bases)
    .set({
      vectors_revision: sql`${knowledge_bases.vectors_revision} + 1`,
      chunk_count: sql`(select coalesce(sum(f.chunk_count), 0) from files f where f.workspace_id = ${workspace_id} and f.base_id = ${id} and f.status = 'ready' and f.deleted_at is null)`,
    })
    .where(and(eq(knowledge_bases.workspace_id, workspace_id), eq(knowledge_bases.id, id)));

const ownFile = (workspace_id: string, id: string) =>
  and(eq(files.workspace_id, workspace_id), eq(files.id, id), isNull(files.deleted_at));

/** Fails on the NOT NULL `files.base_id` when the base is gone, and on an index when the file is there already. */
export const insertFile = (db: Db, row: FileRow) =>
  db.insert(files).values({
    ...row,
    base_id: sql`(select b.id from knowledge_bases b where b.id = ${row.base_id} and b.workspace_id = ${row.workspace_id} and b.deleted_at is null)`,
  });

/** An upload takes at most this long. */
const cleanupAfter = hour;

/** Promised before an object is written and taken back with the row: what is left without a row is removed. */
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

/** The file with the agent of its base, which decides who may see it. */
export const selectFile = (db: Db, workspace_id: string, id: string) =>
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
    .where(ownFile(workspace_id, id));

/** Files of the base with one of these contents or this external id. */
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
        eq(files.workspace_id, workspace_id),
        eq(files.base_id, base_id),
        isNull(files.deleted_at),
        sql`(${inArray(files.sha256, valuesOf(digests))} or ${files.external_id} = ${external_id})`,
      ),
    );

export interface FileFilters {
  readonly status?: FileStatus | undefined;
  readonly q?: string | undefined;
  readonly external_id?: string | undefined;
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
        filters.q === undefined
          ? undefined
          : sql`instr(lower(${files.name}), lower(${filters.q})) > 0`,
        after === null ? undefined : lt(files.id, after),
      ),
    )
    .orderBy(desc(files.id))
    .limit(limit);

/** Some files in any state, of any base. */
export const selectSomeFiles = (db: Db, workspace_id: string, limit: number) =>
  db.select({ id: files.id }).from(files).where(eq(files.workspace_id, workspace_id)).limit(limit);

export const updateFile = (db: Db, workspace_id: string, id: string, changes: Partial<FileRow>) =>
  db.update(files).set(changes).where(ownFile(workspace_id, id)).returning();

/** Hidden at once; the next attempt number fences a worker that is still at it. */
export const markFileDeleted = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(files)
    .set({ deleted_at: now, updated_at: now, attempt: sql`${files.attempt} + 1` })
    .where(ownFile(workspace_id, id))
    .returning({ id: files.id });

/** Back to the queue, unless it is on its way already. */
export const requeueFile = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(files)
    .set({ status: 'queued', progress: 0, error_code: null, error_detail: null, updated_at: now })
    .where(and(ownFile(workspace_id, id), inArray(files.status, ['ready', 'failed'])))
    .returning();

export const selectFileChunks = (db: Db, file: FileRow, after: number | null, limit: number) =>
  db
    .select()
    .from(chunks)
    .where(
      and(
        eq(chunks.workspace_id, file.workspace_id),
        eq(chunks.file_id, file.id),
        eq(chunks.attempt, file.attempt),
        after === null ? undefined : gt(chunks.ordinal, after),
      ),
    )
    .orderBy(asc(chunks.ordinal))
    .limit(limit);
