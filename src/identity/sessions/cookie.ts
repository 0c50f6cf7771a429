import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';

/**
 * `sign_in` and `passkey` last from the start of a sign-in by an identity provider or a passkey to its end, `second_factor` from
 * the end at a provider to the code.
 */
type CookieKind = 'session' | 'sign_in' | 'passkey' | 'second_factor';

/**
 * The name of a cookie. `__Host-` binds it to this host and to https, so that no other host can set it. On a
 * laptop, http://localhost has a cookie of its own; any other host on plain http has none.
 */
function cookieName(url: URL, kind: CookieKind): string | null {
  if (url.protocol === 'https:') return `__Host-agentgrid_${kind}`;
  return isLoopback(url.hostname) ? `agentgrid_${kind}` : null;
}

const isLoopback = (host: string) => ['localhost', '127.0.0.1', '[::1]'].includes(host);

const tokenShape = /^[\w-]{43}$/;

/** Returns the session token of a request; null without a cookie of the right name, empty for a malformed one. */
export function readSessionCookie(request: Request): string | null {
  const value = readCookie(request, 'session');
  return value === null || tokenShape.test(value) ? value : '';
}

/** Returns the value of a cookie; null without one of the right name, empty for two. */
export function readCookie(request: Request, kind: CookieKind): string | null {
  const name = cookieName(new URL(request.url), kind);
  const cookies = (request.headers.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  const values = cookies.filter((pair) => name !== null && pair.startsWith(`${name}=`));
  const [first] = values;
  if (first === undefined) return null;
  const value = first.slice(first.indexOf('=') + 1);
  // Two cookies of one name are not from a browser that honours the prefix.
  return values.length === 1 ? value : '';
}

/** Returns the `Set-Cookie` header of a session. Throws `forbidden` where a cookie would not be safe. */
export const sessionCookie = (url: string, token: string, lasts_ms: number): string =>
  writeCookie(url, 'session', token, lasts_ms);

/** Returns a `Set-Cookie` header. Throws `forbidden` where a cookie would not be safe. */
export function writeCookie(
  url: string,
  kind: CookieKind,
  token: string,
  lasts_ms: number,
): string {
  const { protocol } = new URL(url);
  const name = cookieName(new URL(url), kind);
  if (name === null)
    throw new Failure('forbidden', 'Sign in over https. Plain http is allowed for localhost only.');
  const attributes = [
    'Path=/',
    'HttpOnly',
    'SameSite=Lax',
    `Max-Age=${Math.floor(lasts_ms / second)}`,
  ];
  if (protocol === 'https:') attributes.push('Secure');
  return [`${name}=${token}`, ...attributes].join('; ');
}

const readOnly: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Throws `forbidden` for a request with a cookie that would change something and does not prove that it comes from a
 * page of this origin: by `Sec-Fetch-Site`, and by `Origin` where either is sent. One of them must be.
 */
export function refuseCrossSite(request: Request): void {
  if (readOnly.has(request.method)) return;
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const isSame =
    (site === null || site === 'same-origin') &&
    (origin === null || origin === new URL(request.url).origin);
  if (isSame && (site !== null || origin !== null)) return;
  throw new Failure(
    'forbidden',
    'A request with a session cookie must come from a page of this origin (`Origin` or `Sec-Fetch-Site`).',
  );
}

/** Throws `forbidden` for a sign-in that another site has sent, which would put its visitor into a foreign account. */
export function refuseForeignSignIn(request: Request): void {
  if (request.headers.has('sec-fetch-site') || request.headers.has('origin'))
    refuseCrossSite(request);
}
