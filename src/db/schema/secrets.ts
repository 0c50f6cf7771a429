import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Kinds of records that own secrets. `src/secrets/place.ts` says how each is named in a seal. */
export const secretOwners = [
  'provider',
  'tool_header',
  'budget',
  'alert_webhook',
  'webhook',
  'telemetry',
] as const;
export type SecretOwner = (typeof secretOwners)[number];

/** Every sealed value of a workspace (platform/vault.ts). Triggers delete it together with its owner. */
export const secrets = sqliteTable(
  'secrets',
  {
    workspace_id: text().notNull(),
    owner_type: text({ enum: secretOwners }).notNull(),
    /** Id within the kind: a provider, a budget … The workspace where there is one a workspace. */
    owner_id: text().notNull(),
    field: text().notNull(),
    /** Address that the value may be sent to, as part of the seal; null where only the record binds it. */
    bound_to: text(),
    sealed: text().notNull(),
    /** Version of the encryption key that `sealed` is wrapped under. */
    key_version: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.workspace_id, table.owner_type, table.owner_id, table.field] }),
    index('secrets_key').on(table.key_version),
  ],
);
