import type { Ctx } from '../../../platform/context.ts';
import { Failure } from '../../../shared/failure.ts';
import { second } from '../../../shared/time.ts';
import { allowsUrl, RobotsError, readRobots } from '../../../web/index.ts';
import { HostBusyError, SourceFault } from '../fault.ts';
import { faultOfEgress } from '../remote.ts';
import { freeHost, selectFreeAt, takeHost } from './host-store.ts';

export { userAgent } from '../../../web/index.ts';

/** A host is given up after this time if the worker died. Longer than any request. */
const turnFor = 90 * second;
/** A step waits at most this long for its turn; it ends and continues later otherwise. */
const maxWait = 300;
/** A host that is reserved for long is usually free again as soon as the request to it ends. */
const askAgainAfter = 5 * second;

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
      const robots = await readRobots(ctx, url, known);
      robotsPause = (robots.delay_s ?? 0) * second;
      if (!allowsUrl(robots, url))
        throw new SourceFault(
          'robots_disallowed',
          `robots.txt of ${url.host} disallows this page.`,
        );
    }
    return await work(url);
  } catch (error) {
    throw faultOfRobots(error) ?? faultOfEgress(error);
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

const faultOfRobots = (error: unknown): SourceFault | null =>
  error instanceof RobotsError
    ? new SourceFault('robots_unreachable', error.message, { isTemporary: true, cause: error })
    : null;
