import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * A workspace's own credential of a model provider. The key is in `secrets`, bound to `base_url`.
 */
export const provider_credentials = sqliteTable(
  'provider_credentials',
  {
    workspace_id: text().notNull(),
    provider: text().notNull(),
    /** Null for the provider's own URL. */
    base_url: text(),
    last_four: text(),
    /** Null without a key. */
    fingerprint: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.provider] })],
);

/** Price overrides of a workspace, in nano-USD per token. */
export const price_overrides = sqliteTable(
  'price_overrides',
  {
    workspace_id: text().notNull(),
    /** `provider/model`. */
    model: text().notNull(),
    input: real().notNull(),
    output: real().notNull(),
    /** Null for the price of other input. */
    cache_read: real(),
    cache_write: real(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.model] })],
);
