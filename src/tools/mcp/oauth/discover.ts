import type { McpIssuerMetadata } from '../../../db/schema/mcp-authorizations.ts';
import type { Ctx } from '../../../platform/context.ts';
import { EgressError } from '../../../platform/egress.ts';
import { checkSecureUrl } from '../../../platform/secure-url.ts';
import { AuthorizationFault, toFault } from './fault.ts';
import { authorizationFetch } from './fetch.ts';

/** The metadata that an MCP server and its authorization server publish about signing in. */
export interface Discovery {
  readonly metadata: McpIssuerMetadata;
  readonly registration_endpoint: string | null;
  /** The authorization server reads metadata documents of clients. */
  readonly takes_documents: boolean;
  /** The resource indicator of RFC 8707. */
  readonly resource: string;
  /** The scopes that the server asks for; null for none. */
  readonly scope: string | null;
}

const maxScope = 2000;

/**
 * Finds the authorization server of an MCP server: by the challenge of the server and its protected resource
 * metadata (RFC 9728), else at the origin of the server; then the metadata of the authorization server (RFC 8414
 * or OpenID Connect). Throws `AuthorizationFault`, and `url_not_allowed` for addresses that are not allowed.
 */
export async function discover(ctx: Ctx, url: string): Promise<Discovery> {
  const { discoverAuthorizationServerMetadata: load } = await import('./sdk.ts');
  const challenge = await challengeOf(ctx, url);
  const protectedResource = await resourceMetadata(ctx, url, challenge.metadata_url);
  const [named] = protectedResource?.authorization_servers ?? [];
  const issuer = named ?? String(new URL('/', url));
  checkUrl(ctx, issuer);
  const found = await load(issuer, { fetchFn: authorizationFetch(ctx) }).catch(async (error) => {
    throw await toFault('Reading the metadata of the authorization server', error);
  });
  if (found === undefined)
    throw new AuthorizationFault(
      named === undefined
        ? 'The server does not name an authorization server, and publishes no metadata of one.'
        : 'The authorization server publishes no metadata.',
    );
  const metadata = toMetadata(found);
  const { registration_endpoint = null } = found;
  const { authorization_endpoint, token_endpoint, revocation_endpoint } = metadata;
  for (const endpoint of [authorization_endpoint, token_endpoint, revocation_endpoint])
    if (endpoint !== undefined) checkUrl(ctx, endpoint);
  if (registration_endpoint !== null) checkUrl(ctx, registration_endpoint);
  const offered = found.scopes_supported ?? [];
  return {
    metadata,
    registration_endpoint,
    takes_documents: found.client_id_metadata_document_supported === true,
    resource: protectedResource?.resource ?? withoutFragment(url),
    scope: withOffline(
      challenge.scope ?? protectedResource?.scopes_supported?.join(' ') ?? null,
      offered,
    ),
  };
}

/** Throws `url_not_allowed`. */
const checkUrl = (ctx: Ctx, url: string) =>
  checkSecureUrl(ctx, url, 'The addresses of an authorization server must use https.');

const withoutFragment = (url: string): string => {
  const own = new URL(url);
  own.hash = '';
  return own.href;
};

/** A refresh token may depend on the scope `offline_access`. */
function withOffline(scope: string | null, offered: readonly string[]): string | null {
  const names = (scope ?? '').split(' ').filter((name) => name !== '');
  if (names.length === 0) return null;
  if (offered.includes('offline_access') && !names.includes('offline_access'))
    names.push('offline_access');
  const all = names.join(' ');
  return all.length > maxScope ? null : all;
}

type Published = Omit<McpIssuerMetadata, 'revocation_endpoint'> & Readonly<Record<string, unknown>>;

const toMetadata = (found: Published): McpIssuerMetadata => ({
  issuer: found.issuer,
  authorization_endpoint: found.authorization_endpoint,
  token_endpoint: found.token_endpoint,
  revocation_endpoint:
    typeof found.revocation_endpoint === 'string' ? found.revocation_endpoint : undefined,
  response_types_supported: found.response_types_supported,
  code_challenge_methods_supported: found.code_challenge_methods_supported,
  token_endpoint_auth_methods_supported: found.token_endpoint_auth_methods_supported,
  authorization_response_iss_parameter_supported:
    found.authorization_response_iss_parameter_supported === true,
});

/** Returns the challenge for a request without a token: it names the metadata of the server and the scopes for it. */
async function challengeOf(ctx: Ctx, url: string) {
  const { extractWWWAuthenticateParams } = await import('./sdk.ts');
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const response = await authorizationFetch(ctx)(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(ping),
  }).catch(async (error) => {
    throw await toFault('The request to the MCP server', error);
  });
  if (response.status !== 401) return { metadata_url: null, scope: null };
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(response);
  return { metadata_url: resourceMetadataUrl ?? null, scope: scope ?? null };
}

/** Returns null for a server without metadata. Throws for metadata of another server. */
async function resourceMetadata(ctx: Ctx, url: string, metadata_url: URL | null) {
  const { checkResourceAllowed, discoverOAuthProtectedResourceMetadata: load } = await import(
    './sdk.ts'
  );
  const fetch = authorizationFetch(ctx);
  const found = await load(
    url,
    metadata_url === null ? {} : { resourceMetadataUrl: metadata_url },
    fetch,
  ).catch(async (error: unknown) => {
    if (isAbsent(error) && metadata_url === null) return null;
    throw await toFault('Reading the metadata of the MCP server', error);
  });
  if (found === null) return null;
  const isOwn =
    URL.canParse(found.resource) &&
    checkResourceAllowed({ requestedResource: url, configuredResource: found.resource });
  if (isOwn) return found;
  throw new AuthorizationFault('The metadata of the MCP server is that of another server.');
}

/** The library throws an error of no class of its own for a server that publishes nothing. */
const isAbsent = (error: unknown): boolean =>
  error instanceof Error &&
  !(error instanceof EgressError) &&
  /^Resource server does not implement|^HTTP 4\d\d /.test(error.message);
