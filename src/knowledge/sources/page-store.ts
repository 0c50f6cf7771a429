import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { parametersOf } from '../../db/json-values.ts';
import { type PageState, source_pages } from '../../db/schema/sources.ts';
import type { SourceRow } from './source-store.ts';

export type PageRow = typeof source_pages.$inferSelect;

export interface NewPage {
  readonly id: string;
  readonly key: string;
  readonly url: string;
  readonly title: string | null;
  readonly version: string | null;
}

/**
 * Adds listed pages to the synchronization, up to the limit of the source: new ones as `pending`, known ones to be
 * handled again. Those that it has listed before are left alone.
 */
export const listPages = (
  db: Db,
  { id, workspace_id, sync }: SourceRow,
  pages: readonly NewPage[],
  { depth, max_pages, now }: { depth: number; max_pages: number; now: number },
) =>
  parametersOf(pages).map((rows) =>
    db.run(sql`
      insert into source_pages (id, workspace_id, source_id, key, url, title, depth, state, listed_sync, handled_sync, tries, version, created_at, updated_at)
      select value ->> 'id', ${workspace_id}, ${id}, value ->> 'key', value ->> 'url', value ->> 'title', cast(${depth} as integer), 'pending',
        cast(${sync} as integer), 0, 0, value ->> 'version', cast(${now} as integer), cast(${now} as integer)
      from json_each(${rows})
      where not exists (select 1 from source_pages p where p.source_id = ${id} and p.key = value ->> 'key' and p.listed_sync = ${sync})
      order by json_each.key
      limit max(0, ${max_pages} - (select count(*) from source_pages p where p.source_id = ${id} and p.listed_sync = ${sync}))
      on conflict (source_id, key) do update set listed_sync = excluded.listed_sync, depth = excluded.depth, version = excluded.version,
        title = coalesce(excluded.title, title), tries = 0`),
  );

/** A page with whether its file still exists. */
export type QueuedPage = PageRow & { readonly has_file: number };

/** Selects the pages that the synchronization has still to handle. */
export const selectQueue = (db: Db, { id, sync }: SourceRow, limit: number) =>
  db
    .select({
      page: source_pages,
      has_file:
        sql<number>`exists (select 1 from files f where f.id = ${source_pages.file_id} and f.deleted_at is null)`.as(
          'has_file',
        ),
    })
    .from(source_pages)
    .where(
      and(
        eq(source_pages.source_id, id),
        eq(source_pages.listed_sync, sync),
        // As the partial index has it, which gives the order; a comparison would select another index.
        sql`${source_pages.handled_sync} - ${source_pages.listed_sync} < 0`,
      ),
    )
    .orderBy(asc(source_pages.tries), asc(source_pages.depth), asc(source_pages.id))
    .limit(limit);

/** Selects pages that the synchronization has not listed and that are not removed by it yet. */
export const selectUnlisted = (db: Db, { id, sync }: SourceRow, limit: number) =>
  db
    .select()
    .from(source_pages)
    .where(
      and(
        eq(source_pages.source_id, id),
        sql`${source_pages.listed_sync} < ${sync}`,
        sql`${source_pages.handled_sync} < ${sync}`,
      ),
    )
    .orderBy(asc(source_pages.listed_sync), asc(source_pages.handled_sync))
    .limit(limit);

export const updatePage = (db: Db, id: string, changes: Partial<PageRow>) =>
  db.update(source_pages).set(changes).where(eq(source_pages.id, id));

export const deletePage = (db: Db, id: string) =>
  db.delete(source_pages).where(eq(source_pages.id, id));

/** Selects the page with a file that has the same address or content as page `id`. */
export const selectDuplicate = (
  db: Db,
  { id, source_id }: Pick<PageRow, 'id' | 'source_id'>,
  url: string,
  content_hash: string | null,
) =>
  db
    .select({ id: source_pages.id, url: source_pages.url })
    .from(source_pages)
    .where(
      and(
        sql`${source_pages.id} in (
          select p.id from source_pages p where p.source_id = ${source_id} and p.url = ${url} and p.file_id is not null
          union all select p.id from source_pages p where p.source_id = ${source_id} and p.content_hash = ${content_hash} and p.file_id is not null)`,
        sql`${source_pages.id} <> ${id}`,
      ),
    )
    .limit(1);

/** Queues the pages again that were skipped as duplicates of a removed page. */
export const requeueDuplicates = (db: Db, { id, source_id }: PageRow, sync: number) =>
  db
    .update(source_pages)
    .set({ handled_sync: sync - 1, tries: 0 })
    .where(
      and(
        eq(source_pages.source_id, source_id),
        eq(source_pages.state, 'skipped'),
        eq(source_pages.duplicate_of, id),
        eq(source_pages.listed_sync, sync),
      ),
    );

/** True when a page of another source has the file. */
export const selectSharers = (db: Db, { file_id, source_id }: PageRow) =>
  db
    .select({ id: source_pages.id })
    .from(source_pages)
    .where(
      and(eq(source_pages.file_id, file_id ?? ''), sql`${source_pages.source_id} <> ${source_id}`),
    )
    .limit(1);

export const selectPages = (
  db: Db,
  workspace_id: string,
  source_id: string,
  { state, after, limit }: { state: PageState | undefined; after: string | null; limit: number },
) =>
  db
    .select()
    .from(source_pages)
    .where(
      and(
        eq(source_pages.workspace_id, workspace_id),
        eq(source_pages.source_id, source_id),
        state === undefined ? undefined : eq(source_pages.state, state),
        after === null ? undefined : gt(source_pages.id, after),
      ),
    )
    .orderBy(asc(source_pages.id))
    .limit(limit);

/** Selects pages with a file, for the deletion of their source. */
export const selectPagesWithFiles = (db: Db, source_id: string, limit: number) =>
  db
    .select()
    .from(source_pages)
    .where(and(eq(source_pages.source_id, source_id), sql`${source_pages.file_id} is not null`))
    .limit(limit);

/** Selects the page from which the source starts. */
export const selectStart = (db: Db, { id, sync }: SourceRow) =>
  db
    .select()
    .from(source_pages)
    .where(
      and(
        eq(source_pages.source_id, id),
        eq(source_pages.listed_sync, sync),
        eq(source_pages.depth, 0),
      ),
    )
    .limit(1);
