import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { Failure } from '../../shared/failure.ts';
import { publicOrigin } from '../mail/origin.ts';
import { countAttempt } from '../people/attempts.ts';
import { readCookie, writeCookie } from '../sessions/cookie.ts';
import { signInByProfile } from './account.ts';
import { readGithubProfile } from './github.ts';
import { handshakeLasts, isOwnPath, newHandshake, readHandshake } from './handshake.ts';
import { linkByProfile } from './link.ts';
import { checkResponseIssuer, discover, readOpenIdProfile } from './openid.ts';
import { pendingLasts, writePending } from './pending-factor.ts';
import { type RefusalReason, SignInRefusal } from './refusal.ts';
import { authorizationAt, redirectUri } from './start.ts';

function findProvider(ctx: Ctx, id: string): OidcProvider {
  const provider = ctx.config.oidc_providers.find((one) => one.id === id);
  if (provider === undefined) throw new SignInRefusal('unknown_provider', 'no such provider');
  return provider;
}

/** Sends the browser to an identity provider, with a cookie that only this browser can come back with. */
export const startSignIn = (ctx: Ctx, request: Request, id: string): Promise<Response> =>
  orToAccount(ctx, request, async () => {
    const provider = findProvider(ctx, id);
    const next = new URL(request.url).searchParams.get('next') ?? '/account';
    if (!isOwnPath(next)) throw new SignInRefusal('invalid_next', 'next is not a path');
    await countAttempt(ctx, 'provider', null);
    const handshake = await newHandshake(ctx, provider, next);
    const cookie = writeCookie(request.url, 'sign_in', handshake.cookie, handshakeLasts);
    const to = await authorizationAt(ctx, request, provider, handshake);
    return redirect(to.href, [cookie]);
  });

/** Finishes a sign-in when the provider sends the browser back. */
export const finishSignIn = (ctx: Ctx, request: Request, id: string): Promise<Response> =>
  orToAccount(ctx, request, async () => {
    const provider = findProvider(ctx, id);
    const query = new URL(request.url).searchParams;
    const cookie = readCookie(request, 'sign_in');
    const state = single(query, 'state');
    const handshake =
      cookie === null || state === null ? null : await readHandshake(ctx, provider, cookie, state);
    if (handshake === null)
      throw new SignInRefusal('sign_in_expired', 'the state is not that of the browser');
    const code = single(query, 'code');
    const metadata = provider.protocol === 'oidc' ? await discover(ctx, provider) : null;
    if (metadata !== null) checkResponseIssuer(metadata, single(query, 'iss'));
    if (code === null) throw new SignInRefusal('sign_in_denied', 'the provider has sent no code');
    const exchange = { code, redirect_uri: redirectUri(ctx, request, provider), handshake };
    const profile =
      metadata === null
        ? await readGithubProfile(ctx, provider, exchange)
        : await readOpenIdProfile(ctx, provider, metadata, exchange);
    const { next, links_to } = handshake;
    const ended = writeCookie(request.url, 'sign_in', '', 0);
    const outcome =
      links_to === null
        ? await signInByProfile(ctx, request, provider, profile)
        : { session: await linkByProfile(ctx, request, provider, profile, links_to) };
    if ('session' in outcome) {
      const to = new URL(next, publicOrigin(ctx, request)).href;
      return redirect(to, [outcome.session.cookie, ended]);
    }
    const pending = await writePending(ctx, outcome.pending);
    const kept = writeCookie(request.url, 'second_factor', pending, pendingLasts);
    const pendingQuery = new URLSearchParams({ second_factor: provider.name, next });
    return redirect(`${publicOrigin(ctx, request)}/account?${pendingQuery}`, [kept, ended]);
  });

/** Returns a parameter that is there once. */
function single(query: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = query.getAll(name);
  return others.length === 0 ? value : null;
}

/** Converts a refusal to a redirect to the account page, which explains it. */
async function orToAccount(
  ctx: Ctx,
  request: Request,
  run: () => Promise<Response>,
): Promise<Response> {
  const refuse = (reason: RefusalReason, detail: string) => {
    ctx.log.warn('provider_sign_in_refused', { reason, detail });
    const clears = reason === 'insecure' ? [] : [writeCookie(request.url, 'sign_in', '', 0)];
    return redirect(`${publicOrigin(ctx, request)}/account?error=${reason}`, clears);
  };
  try {
    writeCookie(request.url, 'sign_in', '', 0);
  } catch {
    return refuse('insecure', 'neither https nor localhost');
  }
  try {
    return await run();
  } catch (error) {
    if (error instanceof SignInRefusal) return refuse(error.reason, error.message);
    if (error instanceof Failure && error.code === 'rate_limited')
      return refuse('rate_limited', 'too many sign-ins');
    throw error;
  }
}

function redirect(location: string, cookies: readonly string[]): Response {
  // The address of the callback has the code.
  const headers = new Headers({
    location,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}
