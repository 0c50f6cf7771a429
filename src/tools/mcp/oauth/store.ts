import { and, desc, eq, lt, ne, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../../db/client.ts';
import { mcp_servers } from '../../../db/schema/mcp.ts';
import {
  type McpAuthorizationStatus,
  mcp_authorizations,
  mcp_oauth_clients,
} from '../../../db/schema/mcp-authorizations.ts';
import { secrets } from '../../../db/schema/secrets.ts';
import { sealedOf } from '../../../secrets/index.ts';

export type AuthorizationRow = typeof mcp_authorizations.$inferSelect;
export type ClientRow = typeof mcp_oauth_clients.$inferSelect;
export type Server = Pick<
  typeof mcp_servers.$inferSelect,
  'id' | 'workspace_id' | 'name' | 'url' | 'auth'
> & {
  /** Sealed secrets of a server that is not stored yet. */
  readonly sealed?: Readonly<Record<string, string>>;
};

const ofSubject = (workspace_id: string, server_id: string, end_user_id: string) =>
  and(
    eq(mcp_authorizations.workspace_id, workspace_id),
    eq(mcp_authorizations.server_id, server_id),
    eq(mcp_authorizations.end_user_id, end_user_id),
  );

const ofId = ({ workspace_id, id }: Pick<AuthorizationRow, 'workspace_id' | 'id'>) =>
  and(eq(mcp_authorizations.workspace_id, workspace_id), eq(mcp_authorizations.id, id));

const sealedTokens = sealedOf('mcp_authorization', 'tokens', 'mcp_authorizations', 'id').as(
  'tokens',
);
const sealedSignIn = sealedOf('mcp_authorization', 'sign_in', 'mcp_authorizations', 'id').as(
  'sign_in',
);

/** The authorization of a workspace (an empty end user) or of one end user, with its sealed values. */
export const selectAuthorization = (
  db: Db,
  workspace_id: string,
  server_id: string,
  end_user_id: string,
) =>
  db
    .select({ row: mcp_authorizations, tokens: sealedTokens, sign_in: sealedSignIn })
    .from(mcp_authorizations)
    .where(ofSubject(workspace_id, server_id, end_user_id));

export const selectAuthorizationById = (
  db: Db,
  workspace_id: string,
  server_id: string,
  id: string,
) =>
  db
    .select({ row: mcp_authorizations, tokens: sealedTokens })
    .from(mcp_authorizations)
    .where(and(ofId({ workspace_id, id }), eq(mcp_authorizations.server_id, server_id)));

export interface AuthorizationFilter {
  readonly end_user_id?: string | undefined;
  readonly status?: McpAuthorizationStatus | undefined;
}

export const selectAuthorizations = (
  db: Db,
  workspace_id: string,
  server_id: string,
  { end_user_id, status }: AuthorizationFilter,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(mcp_authorizations)
    .where(
      and(
        eq(mcp_authorizations.workspace_id, workspace_id),
        eq(mcp_authorizations.server_id, server_id),
        end_user_id === undefined ? undefined : eq(mcp_authorizations.end_user_id, end_user_id),
        status === undefined ? undefined : eq(mcp_authorizations.status, status),
        after === null ? undefined : lt(mcp_authorizations.id, after),
      ),
    )
    .orderBy(desc(mcp_authorizations.id))
    .limit(limit);

/** All authorizations of a server with their sealed tokens, to be revoked. */
export const selectAllOfServer = (db: Db, workspace_id: string, server_id: string, limit: number) =>
  db
    .select({ row: mcp_authorizations, tokens: sealedTokens })
    .from(mcp_authorizations)
    .where(
      and(
        eq(mcp_authorizations.workspace_id, workspace_id),
        eq(mcp_authorizations.server_id, server_id),
        ne(mcp_authorizations.status, 'pending'),
      ),
    )
    .limit(limit);

/**
 * Takes the sign-in of a `state`: it returns its authorization once. The server and the workspace must exist.
 */
export const takeSignIn = (db: Db, state_digest: string, now: number) =>
  db
    .update(mcp_authorizations)
    .set({ state_digest: null })
    .where(
      and(
        eq(mcp_authorizations.state_digest, state_digest),
        sql`${mcp_authorizations.sign_in_expires_at} > ${now}`,
        sql`exists (select 1 from workspaces w where w.id = ${mcp_authorizations.workspace_id} and w.deleted_at is null)`,
      ),
    )
    .returning();

export const selectServer = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(mcp_servers)
    .where(and(eq(mcp_servers.workspace_id, workspace_id), eq(mcp_servers.id, id)));

export const insertAuthorization = (db: Db, row: AuthorizationRow) =>
  db.insert(mcp_authorizations).values(row);

/** Begins another sign-in, unless one has begun since the row was read. Tokens that it has stay valid. */
export const putSignIn = (
  db: Db,
  row: AuthorizationRow,
  changes: Pick<AuthorizationRow, 'state_digest' | 'sign_in_expires_at'>,
) =>
  db
    .update(mcp_authorizations)
    .set(changes)
    .where(and(ofId(row), sql`${mcp_authorizations.state_digest} is ${row.state_digest}`));

/** A condition: the sign-in with this `state` is the one under way. */
export const isUnderWay = (id: string, state_digest: string) =>
  sql`exists (select 1 from mcp_authorizations a where a.id = ${id} and a.state_digest = ${state_digest})`;

/**
 * New tokens. With `former`, only while the authorization has the tokens of that generation. Returns nothing if it has
 * others, or is gone.
 */
export const putTokens = (
  db: Db,
  row: Pick<AuthorizationRow, 'workspace_id' | 'id'>,
  former: number | null,
  changes: Partial<AuthorizationRow> & Pick<AuthorizationRow, 'generation'>,
) =>
  db
    .update(mcp_authorizations)
    .set({ ...changes, renewing_until: null })
    .where(and(ofId(row), former === null ? undefined : eq(mcp_authorizations.generation, former)))
    .returning({ id: mcp_authorizations.id });

/** A condition: the authorization has the tokens of this generation. */
export const isOfGeneration = (id: string, generation: number) =>
  sql`exists (select 1 from mcp_authorizations a where a.id = ${id} and a.generation = ${generation})`;

/** Returns the id to one of several requests that would renew the same tokens. */
export const claimRenewal = (
  db: Db,
  row: Pick<AuthorizationRow, 'workspace_id' | 'id' | 'generation'>,
  now: number,
  until: number,
) =>
  db
    .update(mcp_authorizations)
    .set({ renewing_until: until })
    .where(
      and(
        ofId(row),
        eq(mcp_authorizations.generation, row.generation),
        sql`coalesce(${mcp_authorizations.renewing_until}, 0) <= ${now}`,
      ),
    )
    .returning({ id: mcp_authorizations.id });

export const releaseRenewal = (
  db: Db,
  row: Pick<AuthorizationRow, 'workspace_id' | 'id' | 'generation'>,
  error: string,
) =>
  db
    .update(mcp_authorizations)
    .set({ renewing_until: null, error })
    .where(and(ofId(row), eq(mcp_authorizations.generation, row.generation)));

export const setError = (
  db: Db,
  row: Pick<AuthorizationRow, 'workspace_id' | 'id'>,
  error: string,
) => db.update(mcp_authorizations).set({ error }).where(ofId(row));

/** Deletes sign-ins that nobody has completed. */
export const deleteAbandoned = (db: Db, before: number, limit: number) =>
  db.run(sql`delete from mcp_authorizations where id in (
    select id from mcp_authorizations where status = 'pending' and sign_in_expires_at < ${before} limit ${limit})`);

export const deleteAuthorization = (
  db: Db,
  row: Pick<AuthorizationRow, 'workspace_id' | 'id'>,
): Statement => db.delete(mcp_authorizations).where(ofId(row));

export const selectClient = (db: Db, workspace_id: string, server_id: string) =>
  db
    .select({
      row: mcp_oauth_clients,
      secret: sealedOf('mcp_oauth_client', 'secret', 'mcp_oauth_clients', 'server_id').as('secret'),
    })
    .from(mcp_oauth_clients)
    .where(
      and(
        eq(mcp_oauth_clients.workspace_id, workspace_id),
        eq(mcp_oauth_clients.server_id, server_id),
      ),
    );

/** The secret of a client that is part of the settings. */
export const selectGivenSecret = (db: Db, workspace_id: string, server_id: string) =>
  db
    .select({ sealed: secrets.sealed, saved_at: secrets.updated_at })
    .from(secrets)
    .where(
      and(
        eq(secrets.workspace_id, workspace_id),
        eq(secrets.owner_type, 'mcp_server'),
        eq(secrets.owner_id, server_id),
        eq(secrets.field, 'client_secret'),
      ),
    );

export const putClient = (db: Db, { server_id, ...row }: ClientRow) =>
  db
    .insert(mcp_oauth_clients)
    .values({ server_id, ...row })
    .onConflictDoUpdate({ target: mcp_oauth_clients.server_id, set: row });

export const deleteClient = (db: Db, workspace_id: string, server_id: string): Statement =>
  db
    .delete(mcp_oauth_clients)
    .where(
      and(
        eq(mcp_oauth_clients.workspace_id, workspace_id),
        eq(mcp_oauth_clients.server_id, server_id),
      ),
    );
