import { DocumentFault, readableTypes, readResponse } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { EgressError } from '../../platform/egress.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { allowsDomain, type DomainRules } from '../domains.ts';
import { RobotsError, readRobots, userAgent } from '../robots/read-robots.ts';
import { allowsUrl } from '../robots/robots.ts';
import { selectRobots } from '../robots/robots-store.ts';

const limits = {
  redirects: 3,
  deadline_ms: 20 * second,
  max_bytes: 5_000_000,
  content_types: readableTypes,
};
const headers = {
  accept: 'text/html, text/markdown, text/plain;q=0.9, application/pdf;q=0.8, */*;q=0.1',
  'user-agent': userAgent,
};

/** The rules of an agent for the pages that it reads. */
export interface PageRules extends DomainRules {
  readonly obey_robots: boolean;
  /** Returns why the request must not be redirected to a host, given those that it was sent to; null if it may. */
  refuseRedirect(from: readonly string[], to: string): Promise<string | null>;
}

interface FetchedPage {
  /** After redirects, without fragment. */
  readonly url: string;
  readonly title: string | null;
  /** Markdown, for pages and documents with structure. */
  readonly text: string;
}

export type FetchOutcome =
  | { readonly ok: true; readonly page: FetchedPage }
  | { readonly ok: false; readonly error: string };

const failed = (error: string) => ({ ok: false, error }) as const;

/**
 * Reads a web page or a document of any supported format. Every address on the way is checked: the egress rules, the
 * domains and redirects that the agent allows, and robots.txt. Does not throw for a fault of the page.
 */
export async function fetchPage(
  ctx: Ctx,
  address: string,
  rules: PageRules,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  try {
    const url = ctx.egress.check(address);
    const refusal = await refusalOf(ctx, url, rules, signal);
    if (refusal !== null) return failed(refusal);
    const hosts = [url.host];
    const refuseRedirect = async (to: URL) => {
      if (!hosts.includes(to.host)) {
        const exit = await rules.refuseRedirect(hosts, to.host);
        if (exit !== null) return `The page redirects to ${to.href}. ${exit}`;
        hosts.push(to.host);
      }
      return refusalOf(ctx, to, rules, signal);
    };
    const init = { headers, signal };
    const response = await ctx.egress.request(url.href, init, { ...limits, refuseRedirect });
    if (!response.ok) return failed(`The page returned HTTP ${response.status}.`);
    const read = await readResponse(response, ctx.assets);
    const final = new URL(response.url === '' ? url.href : response.url);
    final.hash = '';
    return { ok: true, page: { url: final.href, ...read } };
  } catch (error) {
    return failed(explain(error));
  }
}

/** Returns why an address must not be read, whatever it leads to. */
async function refusalOf(
  ctx: Ctx,
  url: URL,
  rules: PageRules,
  signal: AbortSignal,
): Promise<string | null> {
  if (!allowsDomain(rules, url))
    return `The agent may not read pages of ${url.host}: its version allows other domains only.`;
  if (!rules.obey_robots) return null;
  const key = { workspace_id: ctx.workspace_id, host: url.host };
  try {
    const robots = await readRobots(ctx, url, await selectRobots(ctx.db, key), signal);
    return allowsUrl(robots, url) ? null : `robots.txt of ${url.host} disallows this page.`;
  } catch (error) {
    if (error instanceof RobotsError) return error.message;
    throw error;
  }
}

function explain(error: unknown): string {
  if (error instanceof DocumentFault)
    return `The page could not be read (${error.code}): ${error.message}`;
  if (error instanceof EgressError)
    return `The page could not be read (${error.reason}): ${error.message}`;
  if (error instanceof Failure && error.code === 'url_not_allowed')
    return `The page could not be read (${error.code}): ${error.message}`;
  throw error;
}
