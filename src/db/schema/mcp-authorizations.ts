import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** How a client id came to be: part of the settings, a metadata document of this deployment, or dynamic registration. */
export const mcpClientOrigins = ['given', 'document', 'registered'] as const;

/** The metadata of an authorization server that sign-ins and token requests need. */
export interface McpIssuerMetadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint?: string | undefined;
  readonly response_types_supported: readonly string[];
  readonly code_challenge_methods_supported?: readonly string[] | undefined;
  readonly token_endpoint_auth_methods_supported?: readonly string[] | undefined;
  readonly authorization_response_iss_parameter_supported?: boolean | undefined;
}

/**
 * The deployment as an OAuth client of the authorization server of an MCP server. A registered secret is in
 * `secrets`. Triggers delete it with the server.
 */
export const mcp_oauth_clients = sqliteTable(
  'mcp_oauth_clients',
  {
    server_id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** The URL of the MCP server for which all of this was discovered. */
    url: text().notNull(),
    issuer: text().notNull(),
    metadata: text({ mode: 'json' }).notNull().$type<McpIssuerMetadata>(),
    /** The resource indicator of RFC 8707. */
    resource: text().notNull(),
    /** Scopes that the server asks for; null for none. */
    scope: text(),
    client_id: text().notNull(),
    origin: text({ enum: mcpClientOrigins }).notNull(),
    auth_method: text(),
    /** Empty for a client without sign-ins. */
    redirect_uri: text().notNull(),
    secret_expires_at: integer(),
    discovered_at: integer().notNull(),
  },
  (table) => [index('mcp_oauth_clients_workspace').on(table.workspace_id)],
);

/** `pending` until a person has signed in, `expired` once the authorization server accepts the tokens no longer. */
export const mcpAuthorizationStatuses = ['pending', 'active', 'expired'] as const;
export type McpAuthorizationStatus = (typeof mcpAuthorizationStatuses)[number];

/**
 * The access that a workspace or one of its end users has allowed at an MCP server. Tokens, and the verifier of a sign-in
 * under way, are in `secrets`. Triggers delete them with it, and it with the server.
 */
export const mcp_authorizations = sqliteTable(
  'mcp_authorizations',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    server_id: text().notNull(),
    /** Empty for the workspace. */
    end_user_id: text().notNull(),
    status: text({ enum: mcpAuthorizationStatuses }).notNull(),
    issuer: text(),
    client_id: text(),
    scope: text(),
    /** When the access token expires; null when its server did not say. */
    expires_at: integer(),
    is_renewable: integer({ mode: 'boolean' }).notNull().default(false),
    /** Why the last sign-in or renewal failed. */
    error: text(),
    /** Random, another with every change of the tokens. */
    generation: integer().notNull().default(0),
    /** Until then one request renews the tokens: a refresh token may be valid once. */
    renewing_until: integer(),
    /** Digest of the `state` of a sign-in under way, which is accepted once. */
    state_digest: text(),
    sign_in_expires_at: integer(),
    authorized_at: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    uniqueIndex('mcp_authorizations_subject').on(table.server_id, table.end_user_id),
    index('mcp_authorizations_workspace').on(table.workspace_id, table.server_id, table.id),
    uniqueIndex('mcp_authorizations_state')
      .on(table.state_digest)
      .where(sql`state_digest is not null`),
    index('mcp_authorizations_pending').on(table.sign_in_expires_at).where(sql`status = 'pending'`),
  ],
);
