import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { publicOrigin } from '../mail/origin.ts';
import { githubAuthorization, githubScope } from './github.ts';
import type { Handshake } from './handshake.ts';
import { authorizationUrl, discover } from './openid.ts';

export const redirectUri = (ctx: Ctx, request: Request, { id }: OidcProvider) =>
  `${publicOrigin(ctx, request)}/auth/oidc/${id}/callback`;

/** Returns the address at a provider to which a handshake sends the browser. Throws a refusal. */
export async function authorizationAt(
  ctx: Ctx,
  request: Request,
  provider: OidcProvider,
  handshake: Handshake,
): Promise<URL> {
  const isOpenId = provider.protocol === 'oidc';
  const to = isOpenId
    ? authorizationUrl(ctx, await discover(ctx, provider))
    : new URL(githubAuthorization);
  const parameters = {
    response_type: 'code',
    client_id: provider.client_id,
    redirect_uri: redirectUri(ctx, request, provider),
    scope: isOpenId ? 'openid email profile' : githubScope,
    state: handshake.state,
    code_challenge: handshake.challenge,
    code_challenge_method: 'S256',
    ...(isOpenId ? { nonce: handshake.nonce } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) to.searchParams.set(name, value);
  return to;
}
