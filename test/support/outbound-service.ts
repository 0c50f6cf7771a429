import { gzipSync } from 'node:zlib';
import {
  answerFake,
  callsOf,
  type FakeSpec,
  forgetSessions,
  isFakeHost,
  registerFake,
} from './mcp/fake.ts';
import { controlOAuth, handleOAuth } from './oauth/authorization-server.ts';
import { createProvider, providerHosts } from './provider/provider.ts';
import { search, searchHosts } from './search/server.ts';

/** The registered response of an address; sent for every request. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** True for a body that is sent as the bytes that it has in base64. */
  readonly isBase64?: boolean;
  /** Number of repetitions of the body. */
  readonly repeat?: number;
  readonly gzip?: boolean;
  /** Before the headers. */
  readonly delay_ms?: number;
  /** Held until another reply is registered for the address, which is then sent. */
  readonly isHeld?: boolean;
  /** Between the characters of the body. */
  readonly drip_ms?: number;
  /** Answers conditional requests with 304 (RFC 9110): by `etag` or `last-modified` of the headers. */
  readonly isConditional?: boolean;
  /** Replies to requests whose query contains a text, in place of this one. */
  readonly byQuery?: Readonly<Record<string, Reply>>;
  /** Replies to requests whose body contains a text, in place of this one. */
  readonly byBody?: Readonly<Record<string, Reply>>;
  /** Replies to requests with a bearer token, in place of this one. */
  readonly byBearer?: Readonly<Record<string, Reply>>;
}

export interface OutboundCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** True if a test had registered the address. */
  readonly expected: boolean;
}

/** The host that controls this service; only tests call it. */
export const controlHost = 'outbound-control.invalid';

const replies = new Map<string, Reply>();
const held = new Map<string, (() => void)[]>();
const calls: OutboundCall[] = [];
const provider = createProvider();

/**
 * Answers every request that leaves workerd, each hop of a redirect included, in this process and without
 * a network. Runs in Node beside Vitest; tests control it through `outbound.ts`. Requests to unregistered
 * addresses are recorded as unexpected and refused.
 */
export async function outboundService(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (providerHosts.has(url.hostname)) return provider.handle(request);
  if (searchHosts.has(url.hostname)) return search(request);
  const protectedServer = handleOAuth(request);
  if (protectedServer !== null) return protectedServer;
  if (isFakeHost(url.hostname)) return answerFake(request);
  const body = await request.text();
  if (url.hostname === controlHost) return control(url, body);
  const address = `${url.origin}${url.pathname}`;
  const registered = replies.get(address);
  const [, reply = registered] =
    [
      ...Object.entries(registered?.byQuery ?? {}).filter(([text]) => url.search.includes(text)),
      ...Object.entries(registered?.byBody ?? {}).filter(([text]) => body.includes(text)),
      ...Object.entries(registered?.byBearer ?? {}).filter(
        ([token]) => request.headers.get('authorization') === `Bearer ${token}`,
      ),
    ][0] ?? [];
  calls.push({
    method: request.method,
    url: url.href,
    headers: Object.fromEntries(request.headers),
    body,
    expected: reply !== undefined,
  });
  return reply === undefined
    ? new Response('Nothing outbound is expected here.', { status: 599 })
    : reply.isHeld === true
      ? release(address).then(() => send(replies.get(address) ?? {}))
      : isCurrent(request, reply)
        ? new Response(null, { status: 304, headers: { ...reply.headers } })
        : send(reply);
}

/** RFC 9110, section 13.2.2: `If-None-Match` takes precedence. */
function isCurrent(request: Request, { isConditional, headers = {} }: Reply): boolean {
  if (isConditional !== true) return false;
  const tag = request.headers.get('if-none-match');
  if (tag !== null) return tag === headers.etag;
  const since = request.headers.get('if-modified-since');
  return since !== null && since === headers['last-modified'];
}

function controlMcp(url: URL, body: string): Response {
  const { host, spec = {} } = JSON.parse(body) as { host: string; spec?: FakeSpec };
  if (url.pathname === '/mcp/register') registerFake(host, spec);
  if (url.pathname === '/mcp/forget') forgetSessions(host);
  return Response.json(callsOf(host));
}

function control(url: URL, body: string): Response {
  if (url.pathname.startsWith('/mcp/')) return controlMcp(url, body);
  const { address, reply, prefix } = JSON.parse(body === '' ? '{}' : body) as {
    address?: string;
    reply?: Reply;
    prefix?: string;
  };
  if (url.pathname === '/oauth') return controlOAuth(JSON.parse(body));
  if (url.pathname === '/register' && address !== undefined && reply !== undefined) {
    replies.set(address, reply);
    for (const resolve of held.get(address) ?? []) resolve();
    held.delete(address);
    return Response.json({});
  }
  return Response.json(
    calls.filter((call) => (prefix === undefined ? !call.expected : call.url.startsWith(prefix))),
  );
}

/** Resolves when the next reply of an address is registered. */
const release = (address: string): Promise<void> =>
  new Promise((resolve) => {
    held.set(address, [...(held.get(address) ?? []), resolve]);
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function send({
  status = 200,
  headers = {},
  body = '',
  repeat = 1,
  gzip = false,
  isBase64 = false,
  delay_ms = 0,
  drip_ms,
}: Reply): Promise<Response> {
  if (delay_ms > 0) await pause(delay_ms);
  const text = body.repeat(repeat);
  const init = { status, headers: { ...headers, ...(gzip ? { 'content-encoding': 'gzip' } : {}) } };
  if (drip_ms !== undefined) return new Response(drip(text, drip_ms), init);
  if (status === 204 || status === 304) return new Response(null, init);
  if (isBase64) return new Response(new Uint8Array(Buffer.from(text, 'base64')), init);
  return new Response(gzip ? new Uint8Array(gzipSync(text)) : text, init);
}

const drip = (text: string, ms: number) => {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (at === text.length) return controller.close();
      await pause(ms);
      controller.enqueue(new TextEncoder().encode(text[at]));
      at += 1;
    },
  });
};
