import type { Ctx } from '../../../platform/context.ts';

const limits = { deadline_ms: 10_000, max_bytes: 256 * 1024 } as const;

/**
 * Returns a fetch for requests to authorization servers. It follows redirects of metadata alone, and has a deadline of its own: a
 * renewal that a cancelled run has started is finished, since its refresh token may be spent.
 */
export const authorizationFetch =
  (ctx: Ctx) =>
  (url: string | URL, { signal: _, ...init }: RequestInit = {}): Promise<Response> =>
    ctx.egress.request(String(url), init, {
      ...limits,
      redirects: (init.method ?? 'GET') === 'GET' ? 3 : 0,
    });
