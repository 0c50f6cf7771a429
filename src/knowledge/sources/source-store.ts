import { and, desc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { knowledge_bases } from '../../db/schema/knowledge.ts';
import { knowledge_sources } from '../../db/schema/sources.ts';
import { second } from '../../shared/time.ts';

export type SourceRow = typeof knowledge_sources.$inferSelect;

const own = (workspace_id: string, id: string) =>
  and(
    eq(knowledge_sources.workspace_id, workspace_id),
    eq(knowledge_sources.id, id),
    isNull(knowledge_sources.deleted_at),
  );

/** Maximum number of sources of a base. */
export const maxSources = 100;

/** Inserts a source. Fails on the NOT NULL `knowledge_sources.base_id` when its base is gone or has `maxSources`. */
export const insertSource = (db: Db, row: SourceRow) =>
  db.insert(knowledge_sources).values({
    ...row,
    base_id: sql`(select b.id from knowledge_bases b where b.id = ${row.base_id} and b.workspace_id = ${row.workspace_id} and b.deleted_at is null
      and (select count(*) from knowledge_sources s where s.workspace_id = b.workspace_id and s.base_id = b.id and s.deleted_at is null) < ${maxSources})`,
  });

/** Selects a source with the agent of its base, which determines access. */
export const selectSource = (db: Db, workspace_id: string, id: string) =>
  db
    .select({
      source: knowledge_sources,
      agent_id: sql<string | null>`${knowledge_bases.agent_id}`.as('agent_id'),
    })
    .from(knowledge_sources)
    .innerJoin(
      knowledge_bases,
      and(eq(knowledge_bases.id, knowledge_sources.base_id), isNull(knowledge_bases.deleted_at)),
    )
    .where(own(workspace_id, id));

export const selectSources = (
  db: Db,
  workspace_id: string,
  base_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(knowledge_sources)
    .where(
      and(
        eq(knowledge_sources.workspace_id, workspace_id),
        eq(knowledge_sources.base_id, base_id),
        isNull(knowledge_sources.deleted_at),
        after === null ? undefined : lt(knowledge_sources.id, after),
      ),
    )
    .orderBy(desc(knowledge_sources.id))
    .limit(limit);

export const updateSource = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<SourceRow>,
) => db.update(knowledge_sources).set(changes).where(own(workspace_id, id)).returning();

/** The fields of a source whose next synchronization begins. */
const restart = (now: number) => ({
  status: 'queued' as const,
  sync: sql`${knowledge_sources.sync} + 1`,
  is_listed: false,
  cursor: null,
  failures: 0,
  error_code: null,
  error_detail: null,
  next_sync_at: null,
  sync_started_at: now,
  updated_at: now,
});

/** Starts a synchronization; returns no row while one runs. */
export const startSync = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(knowledge_sources)
    .set(restart(now))
    .where(and(own(workspace_id, id), inArray(knowledge_sources.status, ['ready', 'failed'])))
    .returning();

/** Id of the job that synchronizes a source: there is one at most. */
export const syncJobId = (source_id: string) => source_id.replace('src_', 'job_');

/** A select of the sources of all workspaces whose refresh is due. */
const due = (now: number, limit: number) =>
  sql`(select s.id from knowledge_sources s where s.next_sync_at <= ${now} order by s.next_sync_at limit ${limit})`;

/** Queues the synchronization of due sources, and the jobs for them: for one batch, in this order. */
export const startDueSyncs = (db: Db, now: number, due_at: number, limit: number) =>
  [
    db.run(sql`insert into outbox (id, workspace_id, job, due_at, created_at)
      select replace(s.id, 'src_', 'job_'), s.workspace_id,
        json_object('type', 'source.sync', 'source_id', s.id, 'api_key_id', s.api_key_id), cast(${due_at} as integer), cast(${now} as integer)
      from knowledge_sources s where s.id in ${due(now, limit)} and s.deleted_at is null and s.status in ('ready', 'failed')
      on conflict (id) do nothing`),
    db
      .update(knowledge_sources)
      .set(restart(now))
      .where(
        and(
          sql`${knowledge_sources.id} in ${due(now, limit)}`,
          isNull(knowledge_sources.deleted_at),
          inArray(knowledge_sources.status, ['ready', 'failed']),
        ),
      )
      .returning({
        id: knowledge_sources.id,
        workspace_id: knowledge_sources.workspace_id,
        api_key_id: knowledge_sources.api_key_id,
      }),
  ] as const;

/** Counting reads every page of the source, so that a step does it only when some time has passed. */
const countEvery = 15 * second;

/**
 * Writes the progress of the synchronization `sync`, from time to time and at its end with the counts of its
 * pages: those still to be handled as `pending`, the others by their state. Returns no row when another has begun.
 */
export const updateSync = (
  db: Db,
  { workspace_id, id, sync, status, updated_at }: SourceRow,
  changes: Partial<SourceRow> & Pick<SourceRow, 'updated_at'>,
) => {
  const periodOf = (time: number) => Math.floor(time / countEvery);
  const isCounted =
    status !== changes.status || periodOf(updated_at) !== periodOf(changes.updated_at);
  return db
    .update(knowledge_sources)
    .set(isCounted ? { ...changes, counts: countPages(id, sync) } : changes)
    .where(and(own(workspace_id, id), eq(knowledge_sources.sync, sync)))
    .returning({ id: knowledge_sources.id });
};

const countPages = (id: string, sync: number) =>
  sql`(select json_group_object(state, n) from (
    select iif(p.listed_sync = ${sync} and p.handled_sync < ${sync}, 'pending', p.state) as state, count(*) as n
    from source_pages p where p.source_id = ${id} group by 1))`;

export const markSourceDeleted = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .update(knowledge_sources)
    .set({ deleted_at: now, updated_at: now, next_sync_at: null })
    .where(own(workspace_id, id));

/** Deletes the row; triggers delete its pages and credentials. */
export const deleteSourceRow = (db: Db, workspace_id: string, id: string) =>
  db
    .delete(knowledge_sources)
    .where(and(eq(knowledge_sources.workspace_id, workspace_id), eq(knowledge_sources.id, id)));

/** Selects the sealed credentials of a source. */
export const selectSealed = (db: Db, { workspace_id, id }: SourceRow) =>
  db.all<{ field: string; sealed: string }>(sql`
    select field, sealed from secrets where workspace_id = ${workspace_id} and owner_type = 'source' and owner_id = ${id}`);

export const deleteCredentials = (
  db: Db,
  { workspace_id, id }: Pick<SourceRow, 'workspace_id' | 'id'>,
) =>
  db.run(
    sql`delete from secrets where workspace_id = ${workspace_id} and owner_type = 'source' and owner_id = ${id}`,
  ) as unknown as Statement;

/** The groups of the files of a source: its own, or those of its base. */
const groupsOfFiles = (id: string) => sql`(
  select coalesce(s."groups", b.default_groups) from knowledge_sources s join knowledge_bases b on b.id = s.base_id where s.id = ${id})`;

/** The same for content that is to replace that of a file. */
const regrouped = (id: string) =>
  sql`"groups" = ${groupsOfFiles(id)}, replacement = json_remove(replacement, '$.groups')`;

/** Gives all files of a source its groups. */
export const regroupFiles = (db: Db, workspace_id: string, id: string) =>
  db.run(sql`
    update files set ${regrouped(id)} where +workspace_id = ${workspace_id}
      and id in (select p.file_id from source_pages p where p.source_id = ${id} and p.file_id is not null)
  `) as unknown as Statement;

/** Gives a new file of a source its groups, if they have been changed since `source` was read. */
export const regroupFile = (
  db: Db,
  { id, workspace_id, groups: former }: SourceRow,
  file_id: string,
) =>
  db.run(sql`
    update files set ${regrouped(id)} where id = ${file_id} and workspace_id = ${workspace_id}
      and (select s."groups" from knowledge_sources s where s.id = ${id}) is not ${former === null ? null : JSON.stringify(former)}
  `) as unknown as Statement;
