import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { parametersOf } from '../../db/json-values.ts';
import { batch_entries, type EntryState } from '../../db/schema/batches.ts';
import type { EntryPlace } from '../../documents/index.ts';

export type EntryRow = typeof batch_entries.$inferSelect;

/** Where the content of an entry is. */
export type EntryLocation =
  | EntryPlace
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'object'; readonly bucket: string; readonly key: string };

export type NewEntry = Pick<
  EntryRow,
  | 'ordinal'
  | 'path'
  | 'name'
  | 'external_id'
  | 'metadata'
  | 'about'
  | 'state'
  | 'error_code'
  | 'error_detail'
> & { readonly location: EntryLocation };

/** The data of a manifest about the entries with a path. */
interface AboutEntries {
  readonly path: string;
  readonly name?: string | undefined;
  readonly external_id?: string | undefined;
  readonly metadata?: Record<string, unknown> | undefined;
  readonly about: EntryRow['about'];
}

interface BatchKey {
  readonly id: string;
  readonly workspace_id: string;
}

/** Inserts entries; those that are there are left alone. */
export const insertEntries = (
  db: Db,
  { id, workspace_id }: BatchKey,
  entries: readonly NewEntry[],
  now: number,
) =>
  parametersOf(entries).map((rows) =>
    db.run(sql`
      insert into batch_entries (batch_id, ordinal, workspace_id, path, name, external_id, metadata, about, location, state, tries, error_code, error_detail, updated_at)
      select ${id}, value ->> 'ordinal', ${workspace_id}, value ->> 'path', value ->> 'name', value ->> 'external_id', value -> 'metadata', value -> 'about',
        value -> 'location', value ->> 'state', 0, value ->> 'error_code', value ->> 'error_detail', cast(${now} as integer)
      from json_each(${rows}) where true on conflict (batch_id, ordinal) do nothing`),
  );

/** Selects the entries that are still to be read. */
export const selectPending = (db: Db, batch_id: string, limit: number) =>
  db
    .select()
    .from(batch_entries)
    .where(and(eq(batch_entries.batch_id, batch_id), eq(batch_entries.state, 'pending')))
    .orderBy(asc(batch_entries.tries), asc(batch_entries.ordinal))
    .limit(limit);

export const updateEntry = (
  db: Db,
  { batch_id, ordinal }: Pick<EntryRow, 'batch_id' | 'ordinal'>,
  changes: Partial<EntryRow>,
) =>
  db
    .update(batch_entries)
    .set(changes)
    .where(
      and(
        eq(batch_entries.batch_id, batch_id),
        eq(batch_entries.ordinal, ordinal),
        eq(batch_entries.state, 'pending'),
      ),
    );

/**
 * Records the file of an entry, in the batch that stores it. An entry that was cancelled in the meantime is stored
 * anyway; one that another worker has recorded is left alone.
 */
export const recordFile = (
  db: Db,
  { batch_id, ordinal }: Pick<EntryRow, 'batch_id' | 'ordinal'>,
  changes: Pick<EntryRow, 'state' | 'file_id' | 'updated_at'>,
) =>
  db
    .update(batch_entries)
    .set({ ...changes, error_code: null, error_detail: null })
    .where(
      and(
        eq(batch_entries.batch_id, batch_id),
        eq(batch_entries.ordinal, ordinal),
        sql`${batch_entries.state} in ('pending', 'cancelled')`,
      ),
    );

/** Ends the entries that are still to be read. */
export const endPending = (
  db: Db,
  batch_id: string,
  changes: Pick<EntryRow, 'state' | 'error_code' | 'error_detail' | 'updated_at'>,
) =>
  db
    .update(batch_entries)
    .set(changes)
    .where(and(eq(batch_entries.batch_id, batch_id), eq(batch_entries.state, 'pending')));

export const selectEntries = (
  db: Db,
  workspace_id: string,
  batch_id: string,
  { state, after, limit }: { state: EntryState | undefined; after: number; limit: number },
) =>
  db
    .select()
    .from(batch_entries)
    .where(
      and(
        // By the key of the batch, not by the index of the workspace.
        sql`+${batch_entries.workspace_id} = ${workspace_id}`,
        eq(batch_entries.batch_id, batch_id),
        state === undefined ? undefined : eq(batch_entries.state, state),
        gt(batch_entries.ordinal, after),
      ),
    )
    .orderBy(asc(batch_entries.ordinal))
    .limit(limit);

/** Counts the files of a batch by their state. */
export const countFiles = (db: Db, batch_id: string) =>
  db.all<{ state: 'processing' | 'ready' | 'failed' | 'deleted'; n: number }>(sql`
    select case when f.id is null or f.deleted_at is not null then 'deleted' when f.status in ('ready', 'failed') then f.status else 'processing' end as state,
      count(distinct e.file_id) as n
    from batch_entries e left join files f on f.id = e.file_id where e.batch_id = ${batch_id} and e.file_id is not null group by 1`);

/** Selects entries that may be the manifest: of the root, or of a folder in it. */
export const selectManifests = (db: Db, batch_id: string) =>
  db
    .select()
    .from(batch_entries)
    .where(
      and(
        eq(batch_entries.batch_id, batch_id),
        sql`(${batch_entries.path} in ('manifest.jsonl', 'manifest.csv')
          or ${batch_entries.path} glob '*/manifest.jsonl' or ${batch_entries.path} glob '*/manifest.csv')`,
      ),
    )
    .limit(100);

/** Gives entries what the manifest has about them, and lists lines without an entry as failed. */
export const applyLines = (
  db: Db,
  { id, workspace_id }: BatchKey,
  lines: readonly AboutEntries[],
  first: number,
  now: number,
) =>
  parametersOf(lines.map((line, index) => ({ ...line, ordinal: first + index }))).flatMap(
    (rows) => [
      db.run(sql`
        insert into batch_entries (batch_id, ordinal, workspace_id, path, external_id, metadata, location, state, tries, error_code, error_detail, updated_at)
        select ${id}, value ->> 'ordinal', ${workspace_id}, value ->> 'path', value ->> 'external_id', '{}', '{}', 'failed', 0, 'not_found',
          'The manifest names this file, but the archive does not have it.', cast(${now} as integer)
        from json_each(${rows}) where not exists (select 1 from batch_entries e where e.batch_id = ${id} and e.path = value ->> 'path')
        on conflict (batch_id, ordinal) do nothing`),
      db.run(sql`
        update batch_entries set name = l.name, external_id = l.external_id, metadata = l.metadata, about = l.about,
          state = iif(error_code = 'unsupported_media_type' and l.name is not null, 'pending', state),
          error_code = iif(error_code = 'unsupported_media_type' and l.name is not null, null, error_code)
        from (select value ->> 'path' as path, value ->> 'name' as name, value ->> 'external_id' as external_id,
          coalesce(value -> 'metadata', '{}') as metadata, value -> 'about' as about from json_each(${rows})) l
        where batch_id = ${id} and batch_entries.path = l.path and error_code is not 'not_found'`),
    ],
  );
