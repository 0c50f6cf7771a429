import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A workspace's own access to a model provider. The key is in `secrets`, bound to `base_url`. */
export const provider_credentials = sqliteTable(
  'provider_credentials',
  {
    workspace_id: text().notNull(),
    provider: text().notNull(),
    /** null for the provider's own address. */
    base_url: text(),
    last_four: text(),
    /** null without a key. */
    fingerprint: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.provider] })],
);

/** What a workspace pays for a model, where that differs from the price table. Nano-USD a token. */
export const price_overrides = sqliteTable(
  'price_overrides',
  {
    workspace_id: text().notNull(),
    /** `provider/model`. */
    model: text().notNull(),
    input: real().notNull(),
    output: real().notNull(),
    /** null: as other input. */
    cache_read: real(),
    cache_write: real(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.model] })],
);
