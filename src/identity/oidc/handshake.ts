import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { equalDigests, fromBase64Url, hmac, toBase64Url } from '../../shared/digest.ts';
import { minute } from '../../shared/time.ts';

/** Time for the visit at the provider. */
export const handshakeLasts = 10 * minute;

/**
 * The values that a sign-in sends to a provider and expects back. All of them are derived from the cookie of the browser by a secret of
 * the deployment, so that nothing is stored and no other browser can finish the sign-in.
 */
export interface Handshake {
  readonly cookie: string;
  /** The path of this deployment to which the sign-in leads. */
  readonly next: string;
  /** The session to whose account the identity is to be linked; null for a sign-in. */
  readonly links_to: string | null;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** `S256` of the verifier (RFC 7636). */
  readonly challenge: string;
}

const textShape = /^[\w-]{43}\.(\d{13})\.([\w-]*)(?:\.(ssn_[0-9a-z]{26}))?$/;

async function derive(
  secret: string,
  { id, issuer }: OidcProvider,
  cookie: string,
  about: Pick<Handshake, 'next' | 'links_to'>,
): Promise<Handshake> {
  const of = (purpose: string) =>
    hmac(secret, JSON.stringify(['oidc', purpose, id, issuer, cookie]));
  const [state, nonce, verifier] = await Promise.all([of('state'), of('nonce'), of('verifier')]);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const challenge = toBase64Url(new Uint8Array(digest));
  return { cookie, ...about, state, nonce, verifier, challenge };
}

/** Starts a handshake. `next` is a path in ASCII. */
export function newHandshake(
  ctx: Ctx,
  provider: OidcProvider,
  next: string,
  links_to: string | null = null,
): Promise<Handshake> {
  const random = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const path = toBase64Url(new TextEncoder().encode(next));
  const text = `${random}.${ctx.now() + handshakeLasts}.${path}`;
  const cookie = links_to === null ? text : `${text}.${links_to}`;
  return derive(ctx.config.person_secret.current, provider, cookie, { next, links_to });
}

/** Returns the handshake of a cookie; null unless the state is its own and its time has not passed. */
export async function readHandshake(
  ctx: Ctx,
  provider: OidcProvider,
  cookie: string,
  state: string,
): Promise<Handshake | null> {
  const [, expires, path, links_to = null] = textShape.exec(cookie) ?? [];
  if (path === undefined || Number(expires) <= ctx.now()) return null;
  const { current, previous } = ctx.config.person_secret;
  for (const secret of previous === null ? [current] : [current, previous]) {
    const made = await derive(secret, provider, cookie, { next: '', links_to });
    // Only now is it known that this deployment has written the cookie.
    if (equalDigests(made.state, state))
      return { ...made, next: new TextDecoder().decode(fromBase64Url(path)) };
  }
  return null;
}

/** Printable ASCII without a backslash that begins with one slash: a browser finds no other host in it. */
const pathShape = /^\/(?:[!-.0-[\]-~][!-[\]-~]{0,998})?$/;

export const isOwnPath = (text: string): boolean => pathShape.test(text);
