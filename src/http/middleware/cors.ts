import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Actor } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { exposeHeaders } from '../expose-headers.ts';

/** Seconds for which a browser may cache a preflight response. */
const maxAge = 600;

const shared = cors({ origin: '*', exposeHeaders, maxAge });

/**
 * Cross-origin access to the API. Preflight requests carry no credential and therefore no workspace: they are answered for
 * every origin, which grants nothing. A response to a credential that is bound to origins names the origin of the page,
 * and only if `originAccess` has allowed it; others allow any origin, since no cookie authenticates a request.
 */
export const apiCors: MiddlewareHandler<{
  Variables: { origin_access?: string };
}> = async (c, next) => {
  const preflight = await shared(c, next);
  const { origin_access } = c.var;
  if (origin_access === undefined) return preflight;
  const { headers } = c.res;
  headers.append('vary', 'Origin');
  if (origin_access === 'refused') headers.delete('access-control-allow-origin');
  else headers.set('access-control-allow-origin', origin_access);
  return preflight;
};

/**
 * Returns the origin of the page that sends a request if the workspace allows it (for a visitor of a share link, the link),
 * `refused` if it does not, and undefined if the credential is bound to no origin or no page sends the request. The deployment's own pages are allowed.
 */
export function originAccess(
  { headers, url }: Pick<Request, 'headers' | 'url'>,
  actor: Actor,
  allowed: readonly string[] | null,
): string | undefined {
  const origin = headers.get('origin');
  if (origin === null || allowed === null) return undefined;
  if (actor.type !== 'end_user' && actor.type !== 'share_link') return undefined;
  const isAllowed =
    allowed.includes(origin) || allowed.includes('*') || origin === new URL(url).origin;
  return isAllowed ? origin : 'refused';
}

export const originRefused = () =>
  new Failure(
    'forbidden',
    'Pages of this origin may not use this credential. Add the origin to `allowed_origins` of the workspace, or of the share link.',
  );
