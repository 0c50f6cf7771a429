/** Headers that say nothing about who asks; all others stay with the origin they were meant for. */
const harmless = new Set(['accept', 'accept-language', 'user-agent']);
/** Headers that describe a body and are removed together with it. */
const aboutBody = ['content-type', 'content-length', 'content-encoding', 'content-language'];

export const isRedirect = ({ status, headers }: Response): boolean =>
  status >= 300 && status < 400 && status !== 304 && headers.has('location');

type Next = { readonly url: URL; readonly init: RequestInit } | { readonly refusal: string };

/**
 * The request that a redirect asks for (WHATWG Fetch, HTTP-redirect fetch), but for what would carry
 * a secret or an effect elsewhere: to another origin go neither headers of the caller's nor a body.
 */
export function followRedirect(from: URL, init: RequestInit, response: Response): Next {
  const url = URL.parse(response.headers.get('location') ?? '', from);
  if (url === null) return { refusal: 'The address redirects to nowhere.' };
  if (from.protocol === 'https:' && url.protocol !== 'https:')
    return { refusal: 'The address redirects from https to something less.' };
  const method = (init.method ?? 'GET').toUpperCase();
  const isSafe = method === 'GET' || method === 'HEAD';
  const isKept =
    response.status === 307 ||
    response.status === 308 ||
    isSafe ||
    (response.status !== 303 && method !== 'POST');
  const isSameOrigin = url.origin === from.origin;
  if (isKept && !isSafe && !isSameOrigin)
    return { refusal: 'The address redirects what was sent to another host.' };
  if (isKept && init.body instanceof ReadableStream)
    return { refusal: 'The address redirects a body that can be sent once.' };
  const headers = new Headers(
    [...new Headers(init.headers)].filter(([name]) => isSameOrigin || harmless.has(name)),
  );
  if (isKept) return { url, init: { ...init, headers } };
  for (const name of aboutBody) headers.delete(name);
  const { body: _, ...rest } = init;
  return { url, init: { ...rest, method: 'GET', headers } };
}
