/** Headers without information about the caller. All others stay with their original origin. */
const harmless = new Set(['accept', 'accept-language', 'user-agent']);
/** Headers that describe a body and are removed together with it. */
const aboutBody = ['content-type', 'content-length', 'content-encoding', 'content-language'];

export const isRedirect = ({ status, headers }: Response): boolean =>
  status >= 300 && status < 400 && status !== 304 && headers.has('location');

type Next = { readonly url: URL; readonly init: RequestInit } | { readonly refusal: string };

/**
 * Returns the request that follows a redirect (WHATWG Fetch, HTTP-redirect fetch). To another
 * origin neither headers of the caller nor a body are sent, since they could carry secrets or
 * effects.
 */
export function followRedirect(from: URL, init: RequestInit, response: Response): Next {
  const url = URL.parse(response.headers.get('location') ?? '', from);
  if (url === null) return { refusal: 'The redirect has no valid location.' };
  if (from.protocol === 'https:' && url.protocol !== 'https:')
    return { refusal: 'The redirect leads from https to an insecure scheme.' };
  const method = (init.method ?? 'GET').toUpperCase();
  const isSafe = method === 'GET' || method === 'HEAD';
  const isKept =
    response.status === 307 ||
    response.status === 308 ||
    isSafe ||
    (response.status !== 303 && method !== 'POST');
  const isSameOrigin = url.origin === from.origin;
  if (isKept && !isSafe && !isSameOrigin)
    return { refusal: 'The redirect would send the request body to another host.' };
  if (isKept && init.body instanceof ReadableStream)
    return { refusal: 'The redirect would repeat a streamed request body.' };
  const headers = new Headers(
    [...new Headers(init.headers)].filter(([name]) => isSameOrigin || harmless.has(name)),
  );
  if (isKept) return { url, init: { ...init, headers } };
  for (const name of aboutBody) headers.delete(name);
  const { body: _, ...rest } = init;
  return { url, init: { ...rest, method: 'GET', headers } };
}
