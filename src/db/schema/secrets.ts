import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Kinds of records that own secrets. `src/secrets/place.ts` defines how a seal names each. */
export const secretOwners = [
  'provider',
  'tool_header',
  'budget',
  'alert_webhook',
  'webhook',
  'telemetry',
  'source',
  'search_provider',
  'mcp_server',
  'mcp_oauth_client',
  'mcp_authorization',
  'audit_log',
  'channel',
] as const;
export type SecretOwner = (typeof secretOwners)[number];

/** Every sealed value of a workspace (platform/vault.ts). Triggers delete it together with its owner. */
export const secrets = sqliteTable(
  'secrets',
  {
    workspace_id: text().notNull(),
    owner_type: text({ enum: secretOwners }).notNull(),
    /**
     * Id of the owner within its kind, such as a provider or a budget; the workspace id for
     * settings of the workspace.
     */
    owner_id: text().notNull(),
    field: text().notNull(),
    /**
     * URL that the value may be sent to, as part of the seal; null when only the record binds it.
     */
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
