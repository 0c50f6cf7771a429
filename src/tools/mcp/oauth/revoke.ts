import { commit } from '../../../platform/commit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { type OAuthClient, readClient } from './client.ts';
import { authorizationFetch } from './fetch.ts';
import { openValue, type Tokens } from './secrets.ts';
import {
  type AuthorizationRow,
  deleteAuthorization,
  type Server,
  selectAllOfServer,
} from './store.ts';

/**
 * Deletes an authorization with its tokens, and then revokes them at the authorization server (RFC 7009). Here the
 * tokens are gone at once; a server that cannot be reached keeps them until they expire.
 */
export async function revoke(
  ctx: Ctx,
  server: Server,
  { row, tokens: sealed }: { readonly row: AuthorizationRow; readonly tokens: string | null },
): Promise<void> {
  const tokens = await openValue(ctx, server, row.id, 'tokens', sealed);
  const client = await readClient(ctx, server);
  await commit(ctx, {
    statements: [deleteAuthorization(ctx.db, row)],
    audit: [
      {
        action: 'mcp_authorization.delete',
        target_type: 'mcp_authorization',
        target_id: row.id,
        detail: {
          server_id: server.id,
          end_user_id: row.end_user_id === '' ? null : row.end_user_id,
        },
      },
    ],
  });
  if (tokens !== null && client !== null) ctx.defer(revokeTokens(ctx, client, tokens));
}

/** Revocations of one deleted server. */
const maxRevoked = 200;

/**
 * Returns the work that revokes all tokens of a server, for the time after its deletion; triggers delete the rows.
 */
export async function revocationsOf(ctx: Ctx, server: Server): Promise<() => Promise<void>> {
  const client = await readClient(ctx, server);
  if (client === null) return async () => undefined;
  const stored = await selectAllOfServer(ctx.db, server.workspace_id, server.id, maxRevoked).all();
  const opened = await Promise.all(
    stored.map(({ row, tokens }) => openValue(ctx, server, row.id, 'tokens', tokens)),
  );
  return async () => {
    for (const tokens of opened) if (tokens !== null) await revokeTokens(ctx, client, tokens);
  };
}

async function revokeTokens(
  ctx: Ctx,
  client: OAuthClient,
  { access_token, refresh_token }: Tokens,
): Promise<void> {
  const { revocation_endpoint } = client.row.metadata;
  if (revocation_endpoint === undefined) return;
  const given = { refresh_token, access_token };
  for (const [hint, token] of Object.entries(given)) {
    if (token === undefined) continue;
    const { headers, body } = await authenticated(client, { token, token_type_hint: hint });
    await authorizationFetch(ctx)(revocation_endpoint, { method: 'POST', headers, body }).then(
      ({ status }) => {
        if (status >= 400)
          ctx.log.warn('mcp_revocation_refused', { server_id: client.row.server_id, status });
      },
      (error: unknown) =>
        ctx.log.warn('mcp_revocation_failed', { server_id: client.row.server_id, error }),
    );
  }
}

/** A form with the authentication of the client, as at the token endpoint. */
async function authenticated({ row, information }: OAuthClient, fields: Record<string, string>) {
  const { selectClientAuthMethod } = await import('./sdk.ts');
  const { client_id, client_secret = '' } = information;
  const method = selectClientAuthMethod(information, [
    ...(row.metadata.token_endpoint_auth_methods_supported ?? []),
  ]);
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded' });
  const body = new URLSearchParams(fields);
  if (method === 'client_secret_basic')
    headers.set('authorization', `Basic ${btoa(`${client_id}:${client_secret}`)}`);
  else body.set('client_id', client_id);
  if (method === 'client_secret_post') body.set('client_secret', client_secret);
  return { headers, body: body.toString() };
}
