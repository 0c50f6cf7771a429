import type { z } from 'zod';
import type { Ctx } from '../../../../platform/context.ts';
import { second } from '../../../../shared/time.ts';
import type { SourceContext } from '../../connector.ts';
import { SourceFault } from '../../fault.ts';
import { faultOfStatus } from '../../remote.ts';
import { inTurn, userAgent } from '../../web/polite-request.ts';

const api = 'https://api.notion.com/v1';
/** https://developers.notion.com/reference/changes-by-version */
const version = '2026-03-11';
const limits = { redirects: 0, deadline_ms: 30_000, max_bytes: 10_000_000 };

/** Notion allows three requests a second on average, and bursts. */
const msPerRequest = 334;
/** Requests for one document; one with more is refused. */
const maxRequests = 300;
/** Waits that Notion asks for within a document, so that its blocks need not be requested again. */
const longestWait = 5 * second;
const maxWaits = 3;

/** Sends a request and returns its result; null for what does not exist or is not shared with the integration. */
export type CallNotion = <Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  body?: object,
) => Promise<z.output<Schema> | null>;

/**
 * Runs `work`, whose requests follow one another at once, and keeps the host free afterwards for as long as their
 * number costs. Throws `HostBusyError` and `SourceFault`.
 */
export function withNotion<Result>(
  ctx: Ctx,
  { credentials }: SourceContext<'notion'>,
  work: (call: CallNotion) => Promise<Result>,
): Promise<Result> {
  const started = ctx.now();
  let requests = 0;
  let waits = 0;
  const headers = {
    authorization: `Bearer ${credentials.token}`,
    'notion-version': version,
    'content-type': 'application/json',
    'user-agent': userAgent,
  };
  const send = async (path: string, body?: object): Promise<Response> => {
    requests += 1;
    if (requests > maxRequests)
      throw new SourceFault('too_large', `The page needs more than ${maxRequests} requests.`);
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await ctx.egress.request(`${api}${path}`, { headers, ...init }, limits);
    if (response.status !== 429) return response;
    const fault = faultOfStatus(response, ctx.now());
    waits += 1;
    if ((fault.retryAfter_ms ?? longestWait + 1) > longestWait || waits > maxWaits) throw fault;
    await new Promise((resolve) => setTimeout(resolve, fault.retryAfter_ms ?? 0));
    return send(path, body);
  };
  const call: CallNotion = async (path, schema, body) => {
    const response = await send(path, body);
    if (response.status === 404) return null;
    if (!response.ok) throw faultOfStatus(response, ctx.now());
    const parsed = schema.safeParse(await response.json().catch(() => null));
    if (parsed.success) return parsed.data;
    throw new SourceFault('unreadable', 'Notion returned an unexpected response.');
  };
  const delay_ms = () => Math.max(0, requests * msPerRequest - (ctx.now() - started));
  return inTurn(ctx, `${api}/`, { delay_ms, obeysRobots: false }, () => work(call));
}
