import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** In the default order. */
export const searchProviderIds = ['brave', 'tavily', 'exa', 'serpapi', 'searxng'] as const;
export type SearchProviderId = (typeof searchProviderIds)[number];

/** A workspace's own credential and price of a search provider. The key is in `secrets`, bound to `base_url`. */
export const search_providers = sqliteTable(
  'search_providers',
  {
    workspace_id: text().notNull(),
    provider: text({ enum: searchProviderIds }).notNull(),
    /** Null for the provider's own URL. */
    base_url: text(),
    last_four: text(),
    /** Null without a key. */
    fingerprint: text(),
    /** Price of a search; null for the list price. */
    price_nano_usd: integer(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.provider] })],
);

/** The circuit breaker of a search provider, for each workspace. A row exists while its last search has failed. */
export const search_failures = sqliteTable(
  'search_failures',
  {
    workspace_id: text().notNull(),
    provider: text({ enum: searchProviderIds }).notNull(),
    /** Failures since the last success. */
    failures: integer().notNull(),
    code: text().notNull(),
    detail: text().notNull(),
    /** The provider is not called until then. */
    open_until: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.provider] })],
);

/** Results of web searches, for an hour. */
export const search_cache = sqliteTable(
  'search_cache',
  {
    workspace_id: text().notNull(),
    /** Digest of the query with its options. */
    key: text().notNull(),
    provider: text({ enum: searchProviderIds }).notNull(),
    results: text({ mode: 'json' }).notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.key] }),
    index('search_cache_expiry').on(table.expires_at),
  ],
);
