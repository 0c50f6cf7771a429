import type { Ctx } from '../../../platform/context.ts';
import { Failure } from '../../../shared/failure.ts';
import { hour, second } from '../../../shared/time.ts';
import { HostBusyError, SourceFault } from '../fault.ts';
import { faultOfEgress } from '../remote.ts';
import { freeHost, selectFreeAt, storeRobots, takeHost } from './host-store.ts';
import { allowsAll, allowsUrl, maxRobotsBytes, parseRobots, type Robots } from './robots.ts';

/** Identifies the crawler to servers; robots.txt names it by the same product token. */
export const userAgent = 'AgentGrid';

/** A host is given up after this time if the worker died. Longer than any request. */
const turnFor = 90 * second;
/** A step waits at most this long for its turn; it ends and continues later otherwise. */
const maxWait = 300;
/** A host that is reserved for long is usually free again as soon as the request to it ends. */
const askAgainAfter = 5 * second;
/** RFC 9309 allows a day. */
const robotsFor = hour;

interface Politeness {
  /** Milliseconds between the end of a request and the next one to the same host; a function is called at that end. */
  readonly delay_ms: number | (() => number);
  /** False for listings, which robots.txt itself announces. */
  readonly obeysRobots: boolean;
}

/**
 * Runs `work` while no other request of the workspace is sent to the host, if robots.txt allows the URL,
 * and keeps the host free for the delay afterwards. Throws `HostBusyError` when the turn does not come
 * soon, and `SourceFault`.
 */
export async function inTurn<Result>(
  ctx: Ctx,
  address: string,
  { delay_ms, obeysRobots }: Politeness,
  work: (url: URL) => Promise<Result>,
): Promise<Result> {
  const url = checkedUrl(ctx, address);
  const key = { workspace_id: ctx.workspace_id, host: url.host };
  const ownPause = () => (typeof delay_ms === 'number' ? delay_ms : delay_ms());
  let robotsPause = 0;
  const known = await waitForHost(ctx, key);
  try {
    if (obeysRobots) {
      const isFresh = known.robots_at !== null && ctx.now() - known.robots_at < robotsFor;
      const robots =
        isFresh && known.robots !== null ? known.robots : await readRobots(ctx, url, key);
      robotsPause = (robots.delay_s ?? 0) * second;
      if (!allowsUrl(robots, url))
        throw new SourceFault(
          'robots_disallowed',
          `robots.txt of ${url.host} disallows this page.`,
        );
    }
    return await work(url);
  } catch (error) {
    throw faultOfEgress(error);
  } finally {
    await freeHost(ctx.db, key, ctx.now() + Math.max(ownPause(), robotsPause));
  }
}

function checkedUrl(ctx: Ctx, address: string): URL {
  try {
    return ctx.egress.check(address);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new SourceFault('url_not_allowed', error.message, { cause: error });
  }
}

async function waitForHost(ctx: Ctx, key: { workspace_id: string; host: string }) {
  const started = ctx.now();
  for (;;) {
    const now = ctx.now();
    const row = await takeHost(ctx.db, key, now, now + turnFor);
    if (row !== undefined) return row;
    const wait = (await selectFreeAt(ctx.db, key)) - ctx.now();
    if (ctx.now() + wait - started > maxWait)
      throw new HostBusyError(Math.min(wait, askAgainAfter));
    await new Promise((resolve) => setTimeout(resolve, Math.max(20, wait)));
  }
}

/** RFC 9309, section 2.3.1: without the file all is allowed; while it cannot be read, nothing. */
async function readRobots(
  ctx: Ctx,
  url: URL,
  key: { workspace_id: string; host: string },
): Promise<Robots> {
  const response = await requestRobots(ctx, new URL('/robots.txt', url));
  if (response.status >= 500 || response.status === 429)
    throw new SourceFault(
      'robots_unreachable',
      `robots.txt of ${url.host} cannot be read (HTTP ${response.status}), so no page is requested.`,
      { isTemporary: true },
    );
  const robots = response.ok ? parseRobots(await response.text()) : allowsAll;
  await storeRobots(ctx.db, key, robots, ctx.now());
  return robots;
}

async function requestRobots(ctx: Ctx, url: URL): Promise<Response> {
  const limits = { redirects: 3, deadline_ms: 20_000, max_bytes: maxRobotsBytes };
  try {
    return await ctx.egress.request(url.href, { headers: { 'user-agent': userAgent } }, limits);
  } catch (error) {
    const fault = faultOfEgress(error);
    if (!(fault instanceof SourceFault)) throw fault;
    // An address that cannot be called has no rules; a file that is too large may disallow anything.
    if (!fault.isTemporary)
      return new Response(null, { status: fault.code === 'too_large' ? 500 : 404 });
    throw new SourceFault(
      'robots_unreachable',
      `robots.txt of ${url.host} cannot be read: ${fault.message}`,
      { isTemporary: true, cause: fault },
    );
  }
}
