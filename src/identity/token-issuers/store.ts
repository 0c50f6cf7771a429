import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { token_issuers } from '../../db/schema/token-issuers.ts';
import { api_keys } from '../../db/schema/workspaces.ts';

export type TokenIssuerRow = typeof token_issuers.$inferSelect;

const own = (workspace_id: string, id: string) =>
  and(eq(token_issuers.workspace_id, workspace_id), eq(token_issuers.id, id));

/** Maximum number of token issuers of a workspace, with those that are switched off. */
export const maxIssuers = 50;

/** Inserts an issuer. Violates `token_issuers.name` at the maximum number. */
export const insertTokenIssuer = (db: Db, row: TokenIssuerRow) =>
  db.insert(token_issuers).values({
    ...row,
    name: sql`iif((select count(*) from token_issuers t where t.workspace_id = ${row.workspace_id}) < ${sql.raw(String(maxIssuers))}, ${row.name}, null)`,
  });

export const selectTokenIssuer = (db: Db, workspace_id: string, id: string) =>
  db.select().from(token_issuers).where(own(workspace_id, id));

/** Finds an issuer by the id in a token. Read without a workspace id: the credential determines the workspace. */
export const selectNamedIssuer = (db: Db, id: string) =>
  db.select().from(token_issuers).where(eq(token_issuers.id, id));

export const selectTokenIssuers = (
  db: Db,
  workspace_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(token_issuers)
    .where(
      and(
        eq(token_issuers.workspace_id, workspace_id),
        after === null ? undefined : lt(token_issuers.id, after),
      ),
    )
    .orderBy(desc(token_issuers.id))
    .limit(limit);

export const updateTokenIssuer = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<TokenIssuerRow>,
) => db.update(token_issuers).set(changes).where(own(workspace_id, id)).returning();

/** Keeps what a request for keys gave, unless the address has changed or another isolate was later. */
export const updateFetchedKeys = (
  db: Db,
  { id, workspace_id, jwks_url }: Pick<TokenIssuerRow, 'id' | 'workspace_id' | 'jwks_url'>,
  changes: Pick<TokenIssuerRow, 'fetch_error'> & Partial<TokenIssuerRow>,
  now: number,
) =>
  db
    .update(token_issuers)
    .set(changes)
    .where(
      and(
        own(workspace_id, id),
        sql`${token_issuers.jwks_url} is ${jwks_url} and coalesce(${token_issuers.fetched_at}, 0) < ${now}`,
      ),
    );

/** Deletes an issuer. The sessions of its users are kept, and are those of a revoked key. */
export const deleteTokenIssuer = (db: Db, workspace_id: string, id: string, now: number) => [
  db.delete(token_issuers).where(own(workspace_id, id)),
  updateIssuerKey(db, workspace_id, id, { revoked_at: now }),
];

/** Changes the key of an issuer. */
export const updateIssuerKey = (
  db: Db,
  workspace_id: string,
  id: string,
  changes: Partial<Pick<typeof api_keys.$inferSelect, 'revoked_at' | 'agent_ids' | 'name'>>,
) =>
  db
    .update(api_keys)
    .set(changes)
    .where(and(eq(api_keys.workspace_id, workspace_id), eq(api_keys.id, id)));
