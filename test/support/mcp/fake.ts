import { setTimeout } from 'node:timers/promises';

/** A tool with the result that it returns. */
interface FakeTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema?: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: unknown;
  /** Result of `tools/call`; its arguments as text unless given. */
  readonly result?: unknown;
  /** Results in place of `result`, by call; the last one is repeated. */
  readonly results?: readonly unknown[];
  readonly error?: { readonly code: number; readonly message: string };
  /** Messages of progress before the result, on a stream. */
  readonly progress?: readonly string[];
}

/** How one method misbehaves. */
interface Fault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly repeat?: number;
  /** Ends early when the server is registered again. */
  readonly delay_ms?: number;
  readonly wrong_id?: boolean;
  /** Only the first this many requests fail. */
  readonly times?: number;
}

export interface FakeSpec {
  /** `modern` is 2026-07-28 alone, `legacy` the versions before it, with sessions. */
  readonly era?: 'modern' | 'legacy';
  readonly tools?: readonly FakeTool[];
  readonly page_size?: number;
  /** Every page is the first, and has another after it. */
  readonly is_endless?: boolean;
  /** Answers as an event stream. */
  readonly streams?: boolean;
  /** The header value without which it answers 401. */
  readonly authorization?: string;
  readonly faults?: Readonly<Record<string, Fault>>;
}

export interface FakeCall {
  readonly method: string;
  readonly http: string;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly params: any;
}

interface Running {
  readonly spec: FakeSpec;
  readonly calls: FakeCall[];
  readonly sessions: Set<string>;
  readonly failed: Map<string, number>;
  readonly replaced: AbortController;
}

const servers = new Map<string, Running>();
const modern = '2026-07-28';
const json = { 'content-type': 'application/json' };

const pause = (ms: number, { signal }: AbortController) =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);

export const isFakeHost = (host: string): boolean => /^mcp-.*\.example\.com$/.test(host);

/** Registers a server, or replaces its behaviour and keeps what it has recorded. */
export function registerFake(host: string, spec: FakeSpec): void {
  const before = servers.get(host);
  before?.replaced.abort();
  servers.set(host, {
    spec,
    calls: before?.calls ?? [],
    sessions: before?.sessions ?? new Set(),
    failed: new Map(),
    replaced: new AbortController(),
  });
}

export const callsOf = (host: string): readonly FakeCall[] => servers.get(host)?.calls ?? [];

/** Forgets the sessions of a server, as after its restart. */
export const forgetSessions = (host: string): void => servers.get(host)?.sessions.clear();

/** Speaks both generations of the protocol over streamable HTTP. */
export async function answerFake(request: Request): Promise<Response> {
  const url = new URL(request.url);
  const server = servers.get(url.hostname);
  if (server === undefined) return new Response('no such server', { status: 599 });
  const text = await request.text();
  const message = text === '' ? {} : JSON.parse(text);
  const { id, method = request.method, params = {} } = message;
  const headers = Object.fromEntries(request.headers);
  server.calls.push({ http: request.method, method, headers, params });
  const fault = faultOf(server, method);
  if (fault?.delay_ms !== undefined) await pause(fault.delay_ms, server.replaced);
  if (fault?.status !== undefined || fault?.body !== undefined)
    return new Response((fault.body ?? '').repeat(fault.repeat ?? 1), {
      status: fault.status ?? 200,
      headers: { ...json, ...fault.headers },
    });
  const { authorization, era = 'modern' } = server.spec;
  if (authorization !== undefined && headers.authorization !== authorization)
    return new Response('unauthorized', { status: 401, headers: { 'www-authenticate': 'Bearer' } });
  if (request.method === 'DELETE') {
    server.sessions.delete(headers['mcp-session-id'] ?? '');
    return new Response(null, { status: 200 });
  }
  if (request.method !== 'POST') return new Response(null, { status: 405 });
  const refusal = era === 'modern' ? refuseLegacy(message) : refuseModern(server, message, headers);
  if (refusal !== null) return refusal;
  if (id === undefined) return new Response(null, { status: 202 });
  const answered = answer(server, method, params);
  const reply = { jsonrpc: '2.0', id: fault?.wrong_id ? 987_654 : id, ...answered };
  const session = method === 'initialize' ? crypto.randomUUID() : null;
  if (session !== null) server.sessions.add(session);
  return send(server, method, params, reply, session === null ? {} : { 'mcp-session-id': session });
}

function faultOf({ spec, failed }: Running, method: string): Fault | undefined {
  const fault = spec.faults?.[method];
  const count = failed.get(method) ?? 0;
  if (fault === undefined || count >= (fault.times ?? Number.POSITIVE_INFINITY)) return undefined;
  failed.set(method, count + 1);
  return fault;
}

const problem = (status: number, id: unknown, code: number, message: string, data?: unknown) =>
  Response.json({ jsonrpc: '2.0', id: id ?? null, error: { code, message, data } }, { status });

function refuseLegacy({ id, params }: { id?: unknown; params?: Record<string, unknown> }) {
  const meta = params?._meta as Record<string, unknown> | undefined;
  const version = meta?.['io.modelcontextprotocol/protocolVersion'];
  if (version === modern) return null;
  return problem(400, id, -32022, 'Unsupported protocol version', { supported: [modern] });
}

function refuseModern(
  { sessions }: Running,
  { id, method }: { id?: unknown; method?: string },
  headers: Readonly<Record<string, string>>,
) {
  if (method === 'server/discover') return problem(404, id, -32601, 'Method not found');
  if (method === 'initialize') return null;
  const session = headers['mcp-session-id'];
  if (session === undefined) return problem(400, id, -32000, 'Session required');
  return sessions.has(session) ? null : problem(404, id, -32001, 'Session not found');
}

function answer({ spec, calls }: Running, method: string, params: Record<string, unknown>) {
  const { era = 'modern', tools = [], page_size = 100 } = spec;
  const complete =
    era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {};
  const serverInfo = { name: 'fake', version: '1.2.3' };
  if (method === 'initialize')
    return { result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo } };
  if (method === 'server/discover')
    return {
      result: {
        ...complete,
        ...{ supportedVersions: [modern], capabilities: { tools: {} } },
        _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
      },
    };
  if (method === 'tools/list') {
    const start = Number(params.cursor ?? 0) || 0;
    const first = spec.is_endless === true ? 0 : start;
    const page = tools.slice(first, first + page_size).map(toListed);
    const next = start + page_size < tools.length ? String(start + page_size) : undefined;
    return {
      result: {
        ...complete,
        tools: page,
        nextCursor: spec.is_endless === true ? String(start + 1) : next,
      },
    };
  }
  if (method !== 'tools/call') return { error: { code: -32601, message: 'Method not found' } };
  const tool = tools.find(({ name }) => name === params.name);
  if (tool === undefined)
    return { error: { code: -32602, message: `Unknown tool: ${params.name}` } };
  if (tool.error !== undefined) return { error: tool.error };
  const made = calls.filter((call) => call.method === method && call.params.name === tool.name);
  const given = tool.results?.[Math.min(made.length, tool.results.length) - 1] ?? tool.result;
  const text = JSON.stringify(params.arguments);
  return {
    result: { ...complete, ...((given ?? { content: [{ type: 'text', text }] }) as object) },
  };
}

const toListed = ({ result: _, results: __, error: ___, progress: ____, ...tool }: FakeTool) => ({
  inputSchema: { type: 'object', properties: {} },
  ...tool,
});

function send(
  { spec }: Running,
  method: string,
  params: Record<string, unknown>,
  reply: object,
  headers: Record<string, string>,
): Response {
  const progress = spec.tools?.find(({ name }) => name === params.name)?.progress ?? [];
  if (spec.streams !== true) return Response.json(reply, { headers });
  const meta = params._meta as { progressToken?: unknown } | undefined;
  const messages = [
    ...(method === 'tools/call' && meta?.progressToken !== undefined ? progress : []).map(
      (message, index) => ({
        ...{ jsonrpc: '2.0', method: 'notifications/progress' },
        params: { progressToken: meta?.progressToken, progress: index + 1, message },
      }),
    ),
    reply,
  ];
  const body = messages.map((one) => `event: message\ndata: ${JSON.stringify(one)}\n\n`).join('');
  return new Response(body, { headers: { ...headers, 'content-type': 'text/event-stream' } });
}
