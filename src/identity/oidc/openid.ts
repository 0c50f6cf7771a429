import { verifyWithJwks } from 'hono/jwt';
import { z } from 'zod';
import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { second } from '../../shared/time.ts';
import { Email } from '../people/schema.ts';
import { callProvider, codeGrant } from './call.ts';
import type { Handshake } from './handshake.ts';
import type { Profile } from './profile.ts';
import { providerFailed } from './refusal.ts';

const Address = z.url().max(2000);
const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: Address,
  token_endpoint: Address,
  jwks_uri: Address,
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
type Metadata = z.output<typeof Metadata>;

/** Reads the metadata of a provider (OpenID Connect Discovery 1.0). Not kept: sign-ins are rare, and keys change. */
export async function discover(ctx: Ctx, { issuer }: OidcProvider): Promise<Metadata> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const result = Metadata.safeParse(await callProvider(ctx, url, {}));
  if (!result.success) throw providerFailed('the metadata is incomplete');
  if (result.data.issuer !== issuer) throw providerFailed('the metadata is of another issuer');
  return result.data;
}

export function authorizationUrl(
  ctx: Ctx,
  { authorization_endpoint }: Pick<Metadata, 'authorization_endpoint'>,
): URL {
  try {
    return ctx.egress.check(authorization_endpoint);
  } catch {
    throw providerFailed('the authorization endpoint is not allowed');
  }
}

/** Throws unless the response comes from this issuer, where it names one (RFC 9207). */
export function checkResponseIssuer(metadata: Metadata, iss: string | null): void {
  const isRequired = metadata.authorization_response_iss_parameter_supported === true;
  if (iss === null ? isRequired : iss !== metadata.issuer)
    throw providerFailed('the response is of another issuer');
}

/** Exchanges a code and returns the person of the ID token. */
export async function readOpenIdProfile(
  ctx: Ctx,
  provider: OidcProvider,
  metadata: Metadata,
  { code, redirect_uri, handshake }: Exchange,
): Promise<Profile> {
  const token = await requestIdToken(ctx, provider, metadata, {
    body: codeGrant(code, redirect_uri, handshake.verifier),
  });
  const claims = await verifyIdToken(ctx, provider, metadata, token, handshake.nonce);
  return {
    issuer: metadata.issuer,
    subject: claims.sub,
    email: verifiedEmail(provider, claims),
    name: claims.name ?? null,
    amr: claims.amr ?? [],
  };
}

export interface Exchange {
  readonly code: string;
  readonly redirect_uri: string;
  readonly handshake: Handshake;
}

async function requestIdToken(
  ctx: Ctx,
  { client_id, client_secret }: OidcProvider,
  { token_endpoint, token_endpoint_auth_methods_supported: methods }: Metadata,
  { body }: { readonly body: URLSearchParams },
): Promise<string> {
  const headers = new Headers({ accept: 'application/json' });
  const isBasic =
    methods === undefined ||
    methods.includes('client_secret_basic') ||
    !methods.includes('client_secret_post');
  if (client_secret !== null && isBasic) {
    const pair = `${encodeURIComponent(client_id)}:${encodeURIComponent(client_secret)}`;
    headers.set('authorization', `Basic ${btoa(pair)}`);
  } else {
    body.set('client_id', client_id);
    if (client_secret !== null) body.set('client_secret', client_secret);
  }
  const answer = await callProvider(ctx, token_endpoint, { method: 'POST', headers, body });
  const result = z.object({ id_token: z.string().max(50_000) }).safeParse(answer);
  if (!result.success) throw providerFailed('the response has no ID token');
  return result.data.id_token;
}

const Claims = z.object({
  sub: z.string().min(1).max(255),
  aud: z.union([z.string(), z.array(z.string())]),
  azp: z.string().optional(),
  exp: z.number(),
  nbf: z.number().optional(),
  nonce: z.string(),
  email: z.string().optional().catch(undefined),
  email_verified: z.union([z.boolean(), z.string()]).optional(),
  /** Microsoft: the domain of the address belongs to the directory. */
  xms_edov: z.union([z.boolean(), z.number(), z.string()]).optional(),
  name: z.string().optional().catch(undefined),
  amr: z.array(z.string()).optional().catch(undefined),
});
type Claims = z.output<typeof Claims>;

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
const Keys = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(100) });
type KeyList = NonNullable<Parameters<typeof verifyWithJwks>[1]['keys']>;

/** Clocks may differ by so much. */
const leeway_s = 60;

/** Returns the claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7). */
async function verifyIdToken(
  ctx: Ctx,
  { client_id, issuer }: OidcProvider,
  { jwks_uri }: Metadata,
  token: string,
  nonce: string,
): Promise<Claims> {
  const known = Keys.safeParse(await callProvider(ctx, jwks_uri, {}));
  if (!known.success) throw providerFailed('the keys are malformed');
  const payload = await verifyWithJwks(token, {
    keys: known.data.keys as KeyList,
    allowedAlgorithms: algorithms,
    verification: { iss: issuer, aud: client_id, iat: false, nbf: false },
  }).catch((error: unknown) => {
    // The messages of the library repeat the token.
    throw providerFailed(`the ID token is invalid: ${error instanceof Error ? error.name : ''}`);
  });
  const result = Claims.safeParse(payload);
  if (!result.success) throw providerFailed('the ID token lacks claims');
  const claims = result.data;
  if (claims.nonce !== nonce) throw providerFailed('the ID token is of another sign-in');
  if ((claims.nbf ?? 0) > ctx.now() / second + leeway_s)
    throw providerFailed('the ID token is not valid yet');
  const isShared = Array.isArray(claims.aud) && claims.aud.length > 1;
  if ((isShared || claims.azp !== undefined) && claims.azp !== client_id)
    throw providerFailed('the ID token is for another client');
  return claims;
}

/** Returns the address where the provider, or for its domain the operator, vouches for it. */
function verifiedEmail(
  { id, trusted_email_domains }: OidcProvider,
  { email, email_verified, xms_edov }: Claims,
): string | null {
  const result = Email.safeParse(email);
  if (!result.success) return null;
  const isTrue = (value: unknown) => ['true', '1'].includes(String(value).toLowerCase());
  if (email_verified !== undefined) return isTrue(email_verified) ? result.data : null;
  if (id === 'microsoft' && xms_edov !== undefined) return isTrue(xms_edov) ? result.data : null;
  const domain = result.data.slice(result.data.indexOf('@') + 1);
  return trusted_email_domains.includes(domain) ? result.data : null;
}
