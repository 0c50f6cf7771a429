import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import {
  type SearchProviderId,
  search_cache,
  search_failures,
  search_providers,
} from '../../db/schema/web-search.ts';
import { workspaces } from '../../db/schema/workspaces.ts';
import { type SecretRef, sealedOf } from '../../secrets/index.ts';

type StoredProvider = typeof search_providers.$inferSelect;

/** The stored settings of a provider with its sealed key; null without a key. */
export type SearchProviderRow = StoredProvider & { readonly api_key: string | null };
export type FailureRow = typeof search_failures.$inferSelect;

/** Returns the reference under which the key is sealed. The key opens only for this provider and base URL. */
export const keyOf = ({
  provider,
  base_url,
}: Pick<SearchProviderRow, 'provider' | 'base_url'>): SecretRef => ({
  owner_type: 'search_provider',
  owner_id: provider,
  field: 'api_key',
  bound_to: base_url ?? 'the default address',
});

const of = (
  table: typeof search_providers | typeof search_failures,
  workspace_id: string,
  provider: SearchProviderId,
) => and(eq(table.workspace_id, workspace_id), eq(table.provider, provider));

export const selectProviders = (db: Db, workspace_id: string) =>
  db
    .select({
      ...getTableColumns(search_providers),
      api_key: sealedOf('search_provider', 'api_key', 'search_providers', 'provider').as('api_key'),
    })
    .from(search_providers)
    .where(eq(search_providers.workspace_id, workspace_id));

/** Upserts a provider. Without a new key, the description of the stored key is kept unless the base URL changes (security.md R37). */
export function putProvider(db: Db, row: StoredProvider) {
  const keeps = sql`excluded.fingerprint is null and excluded.base_url is ${search_providers.base_url}`;
  const kept = (name: 'last_four' | 'fingerprint') =>
    sql`iif(${keeps}, ${search_providers[name]}, ${sql.raw(`excluded.${name}`)})`;
  return db
    .insert(search_providers)
    .values(row)
    .onConflictDoUpdate({
      target: [search_providers.workspace_id, search_providers.provider],
      set: {
        base_url: sql`excluded.base_url`,
        last_four: kept('last_four'),
        fingerprint: kept('fingerprint'),
        price_nano_usd: sql`excluded.price_nano_usd`,
        updated_at: sql`excluded.updated_at`,
      },
    });
}

export const deleteProvider = (db: Db, workspace_id: string, provider: SearchProviderId) =>
  db.delete(search_providers).where(of(search_providers, workspace_id, provider));

export const selectOrder = (db: Db, workspace_id: string) =>
  db
    .select({ order: workspaces.search_providers })
    .from(workspaces)
    .where(eq(workspaces.id, workspace_id));

export const selectFailures = (db: Db, workspace_id: string) =>
  db.select().from(search_failures).where(eq(search_failures.workspace_id, workspace_id));

export const deleteFailures = (db: Db, workspace_id: string, provider: SearchProviderId) =>
  db.delete(search_failures).where(of(search_failures, workspace_id, provider));

/** Stands for the message of a provider, which may repeat a query, where content is not logged. */
const withoutContent = 'The message is not stored, since content is not logged.';

/** Counts a failure. The provider is not called until `open_until`, if that is given or too many have failed in a row. */
export const addFailure = (
  db: Db,
  row: Omit<FailureRow, 'failures' | 'open_until'> & { readonly open_until: number | null },
  { most, open_until }: { readonly most: number; readonly open_until: number },
) =>
  db.run(sql`insert into search_failures (workspace_id, provider, failures, code, detail, open_until, updated_at)
    values (${row.workspace_id}, ${row.provider}, 1, ${row.code},
      iif((select w.content_logging from workspaces w where w.id = ${row.workspace_id}), ${row.detail}, ${withoutContent}), cast(${row.open_until ?? 0} as integer),
      cast(${row.updated_at} as integer))
    on conflict (workspace_id, provider) do update set failures = failures + 1, code = excluded.code,
      detail = excluded.detail, updated_at = excluded.updated_at,
      open_until = max(open_until, excluded.open_until, iif(failures + 1 >= ${most}, cast(${open_until} as integer), 0))`) as unknown as Statement;

export const selectCached = (db: Db, workspace_id: string, key: string, now: number) =>
  db
    .select({ provider: search_cache.provider, results: search_cache.results })
    .from(search_cache)
    .where(
      and(
        eq(search_cache.workspace_id, workspace_id),
        eq(search_cache.key, key),
        sql`${search_cache.expires_at} > ${now}`,
      ),
    );

export const putCached = (db: Db, row: typeof search_cache.$inferInsert) =>
  db
    .insert(search_cache)
    .values(row)
    .onConflictDoUpdate({
      target: [search_cache.workspace_id, search_cache.key],
      set: {
        provider: sql`excluded.provider`,
        results: sql`excluded.results`,
        expires_at: sql`excluded.expires_at`,
      },
    });

/** Deletes results of all workspaces that have expired. */
export const deleteExpired = async (db: Db, now: number, limit: number): Promise<number> =>
  (
    await db.run(sql`delete from search_cache where rowid in (
      select rowid from search_cache where expires_at <= ${now} order by expires_at limit ${limit})`)
  ).meta.changes;
