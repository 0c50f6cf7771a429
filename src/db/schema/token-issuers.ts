import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A public key by which tokens are verified: what it needs of a JSON Web Key. */
export interface VerificationKey {
  readonly kid: string | null;
  readonly alg: 'RS256' | 'ES256' | 'EdDSA';
  readonly jwk: Readonly<Record<string, string>>;
}

/**
 * Issuers of tokens of end users outside of the deployment. Each has a row in `api_keys` with the same id and no usable
 * secret, which owns the sessions of its users and is revoked while the issuer is disabled.
 */
export const token_issuers = sqliteTable(
  'token_issuers',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    name: text().notNull(),
    /** The claims `iss` and `aud` of its tokens. */
    issuer: text().notNull(),
    audience: text().notNull(),
    /** The address of its keys; null when they are set in `keys`. */
    jwks_url: text(),
    keys: text({ mode: 'json' }).$type<VerificationKey[]>(),
    user_claim: text().notNull(),
    groups_claim: text(),
    agent_ids: text({ mode: 'json' }).notNull().$type<string[]>(),
    versions: text({ enum: ['active', 'any'] }).notNull(),
    requests_per_minute: integer(),
    budget: text({ mode: 'json' }).$type<{
      limit_nano_usd: number;
      period: 'day' | 'week' | 'month' | 'total';
    }>(),
    max_lifetime_s: integer().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** The keys that `jwks_url` answered last, which other isolates use, and which are used while it does not answer. */
    fetched_keys: text({ mode: 'json' }).$type<VerificationKey[]>(),
    fetched_at: integer(),
    /** Why the latest request for keys failed; null when it succeeded. */
    fetch_error: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index('token_issuers_workspace').on(table.workspace_id, table.id)],
);
