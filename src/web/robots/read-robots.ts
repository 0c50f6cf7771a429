import type { Ctx } from '../../platform/context.ts';
import { EgressError, type EgressReason } from '../../platform/egress.ts';
import { hour, second } from '../../shared/time.ts';
import { allowsAll, maxRobotsBytes, parseRobots, type Robots } from './robots.ts';
import { type StoredRobots, storeRobots } from './robots-store.ts';

/** Identifies the product to servers; robots.txt names it by the same product token. */
export const userAgent = 'AgentGrid';

/** RFC 9309 allows a day. */
const robotsFor = hour;

/** The rules of a host cannot be read, so that nothing of it may be requested for now. */
export class RobotsError extends Error {
  override readonly name = 'RobotsError';
}

/**
 * Returns the rules of the host of a URL: the stored ones for an hour, otherwise those of its robots.txt. Throws
 * `RobotsError`, and the `EgressError` of an aborted request.
 */
export async function readRobots(
  ctx: Ctx,
  url: URL,
  stored: StoredRobots | undefined,
  signal?: AbortSignal,
): Promise<Robots> {
  const { robots = null, robots_at = null } = stored ?? {};
  if (robots !== null && robots_at !== null && ctx.now() - robots_at < robotsFor) return robots;
  const response = await requestRobots(ctx, url, signal);
  // RFC 9309, section 2.3.1: without the file all is allowed; while it cannot be read, nothing.
  if (response.status >= 500 || response.status === 429)
    throw new RobotsError(
      `robots.txt of ${url.host} cannot be read (HTTP ${response.status}), so no page is requested.`,
    );
  const read = response.ok ? parseRobots(await response.text()) : allowsAll;
  const key = { workspace_id: ctx.workspace_id, host: url.host };
  await storeRobots(ctx.db, key, read, ctx.now());
  return read;
}

const temporary: ReadonlySet<EgressReason> = new Set(['timeout', 'unreachable', 'aborted']);
const large: ReadonlySet<EgressReason> = new Set(['too_large', 'headers_too_large']);

async function requestRobots(
  ctx: Ctx,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const limits = { redirects: 3, deadline_ms: 20 * second, max_bytes: maxRobotsBytes };
  const init = {
    headers: { 'user-agent': userAgent },
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await ctx.egress.request(new URL('/robots.txt', url).href, init, limits);
  } catch (error) {
    if (!(error instanceof EgressError) || signal?.aborted) throw error;
    if (temporary.has(error.reason))
      throw new RobotsError(`robots.txt of ${url.host} cannot be read: ${error.message}`, {
        cause: error,
      });
    // An address that cannot be called has no rules; a file that is too large may disallow anything.
    return new Response(null, { status: large.has(error.reason) ? 500 : 404 });
  }
}
