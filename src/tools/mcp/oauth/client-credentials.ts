import { isUniqueViolation } from '../../../db/errors.ts';
import type { Ctx } from '../../../platform/context.ts';
import { isExpiring } from './access-token.ts';
import { ensureClient, isStored } from './client.ts';
import { AuthorizationFault, toFault } from './fault.ts';
import { authorizationFetch } from './fetch.ts';
import { openValue } from './secrets.ts';
import { newAuthorization } from './sign-in.ts';
import { insertAuthorization, type Server, selectAuthorization } from './store.ts';
import { storeTokens } from './store-tokens.ts';

/**
 * Returns a token that the authorization server issues to the client itself (RFC 6749, 4.4), kept until it expires.
 * `refused` is a token that the server did not accept. Throws `AuthorizationFault`.
 */
export async function clientCredentialsToken(
  ctx: Ctx,
  server: Server,
  refused: string | null,
): Promise<string> {
  const stored = await selectAuthorization(ctx.db, server.workspace_id, server.id, '').get();
  const client = await ensureClient(ctx, server, '');
  checkIssuer(server, client.row.issuer);
  if (
    stored !== undefined &&
    stored.row.client_id === client.row.client_id &&
    stored.row.issuer === client.row.issuer
  ) {
    const tokens = await openValue(ctx, server, stored.row.id, 'tokens', stored.tokens);
    const isValid = tokens?.access_token !== refused && !isExpiring(stored.row, ctx.now());
    if (tokens !== null && isValid) return tokens.access_token;
  }
  const { fetchToken } = await import('./sdk.ts');
  const scope = ('scope' in server.auth ? server.auth.scope : null) ?? client.row.scope;
  const issued = await fetchToken(
    {
      redirectUrl: undefined,
      clientMetadata: { redirect_uris: [] },
      clientInformation: () => client.information,
      prepareTokenRequest: () =>
        new URLSearchParams({
          grant_type: 'client_credentials',
          ...(scope === null ? {} : { scope }),
        }),
    } as never,
    client.row.issuer,
    {
      metadata: client.row.metadata as never,
      resource: client.row.resource,
      fetchFn: authorizationFetch(ctx),
    },
  ).catch(async (error: unknown) => {
    throw await toFault('The request for an access token', error);
  });
  const row = stored?.row ?? (await createAuthorization(ctx, server));
  if (row !== null)
    await storeTokens(
      ctx,
      server,
      row,
      client,
      { ...issued, refresh_token: undefined },
      row.generation,
    );
  return issued.access_token;
}

/** Returns null if another request has created it, which then stores its own token, and for a server that is not stored. */
async function createAuthorization(ctx: Ctx, server: Server) {
  if (!(await isStored(ctx, server))) return null;
  const row = newAuthorization(ctx, server, '');
  try {
    await insertAuthorization(ctx.db, row);
    return row;
  } catch (error) {
    if (isUniqueViolation(error, 'mcp_authorizations.server_id', 'mcp_authorizations.end_user_id'))
      return null;
    throw error;
  }
}

function checkIssuer({ auth }: Server, issuer: string): void {
  if (auth.type !== 'client_credentials' || auth.issuer === null || auth.issuer === issuer) return;
  throw new AuthorizationFault(
    'The authorization server of the MCP server is not the `issuer` of its settings.',
  );
}
