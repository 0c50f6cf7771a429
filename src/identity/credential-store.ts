import { eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { rate_limits } from '../db/schema/rate-limits.ts';
import { api_keys, workspaces } from '../db/schema/workspaces.ts';
import type { RateLimitsInForce } from '../shared/rate-rules.ts';

/** A key with the rate limits that apply to it; `is_closed` when its workspace is suspended or deleted. */
export type CredentialRow = typeof api_keys.$inferSelect & {
  readonly rate_limits: RateLimitsInForce | null;
  readonly is_closed: boolean;
  readonly allowed_origins: readonly string[] | null;
};

/** Finds a key by its hash. Read without a workspace id: the credential determines the workspace. */
export const selectCredential = (db: Db, hash: string) => selectKey(db, eq(api_keys.hash, hash));

/** Finds the key that issued a token of an end user. */
export const selectIssuer = (db: Db, id: string) => selectKey(db, eq(api_keys.id, id));

const selectKey = (db: Db, isWanted: SQL) =>
  db
    .select({
      ...getTableColumns(api_keys),
      rate_rules: rate_limits.rules,
      rate_revision: rate_limits.revision,
      allowed_origins: workspaces.allowed_origins,
      is_closed:
        sql<boolean>`coalesce(${workspaces.suspended_at}, ${workspaces.deleted_at}) is not null`
          .mapWith(Boolean)
          .as('is_closed'),
    })
    .from(api_keys)
    .innerJoin(workspaces, eq(workspaces.id, api_keys.workspace_id))
    .leftJoin(rate_limits, eq(rate_limits.workspace_id, api_keys.workspace_id))
    .where(isWanted);
