import { EndUserId } from '../../http/schema.ts';
import type { Ctx } from '../../platform/context.ts';
import { endUserOf } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { findMcpAgent, type McpScope } from './agents.ts';
import type { McpMessage } from './schema.ts';
import { createServer } from './server.ts';

/** Comments in streams, so that a connection without events stays open. */
const keepAliveMs = 10_000;

const endUserHeader = 'x-end-user-id';

/**
 * Answers one message of a client: for one agent, or for all that the credential covers. Throws `not_found`,
 * `agent_archived` and `forbidden` before the message is read.
 */
export async function serveMcp(
  ctx: Ctx,
  agent: string | null,
  { body, request }: { readonly body: McpMessage; readonly request: Request },
): Promise<Response> {
  refuseSubscriptions(body);
  const scope: McpScope = {
    ctx,
    agent: agent === null ? null : await findMcpAgent(ctx, agent),
    end_user_id: endUserOf(ctx, readEndUser(request)),
    origin: new URL(request.url).origin,
  };
  const { createMcpHandler, ProtocolError, Server } = await import('./sdk.ts');
  const handler = createMcpHandler(() => createServer({ ProtocolError, Server }, scope), {
    keepAliveMs,
    responseMode: mayTakeLong(body) ? 'sse' : 'auto',
    onerror: ({ name }) => ctx.log.info('mcp_refused', { error: name }),
  });
  const response = await handler.fetch(withoutBody(request), { parsedBody: body });
  response.headers.set('cache-control', 'no-cache, no-store, no-transform');
  return response;
}

const mayTakeLong = ({ method, params }: McpMessage): boolean =>
  method === 'tools/call' && /^(?:ask_|get_answer$)/.test(String(params?.name));

/** The message is read from the parsed body. Clients without an `Accept` header accept both forms of responses. */
function withoutBody(request: Request): Request {
  const headers = new Headers(request.headers);
  headers.delete('content-length');
  if ((headers.get('accept') ?? '*/*').trim() === '*/*')
    headers.set('accept', 'application/json, text/event-stream');
  return new Request(request.url, { method: 'POST', headers, signal: request.signal });
}

/** A stream of changes would stay open for ever, and nothing is sent on it: lists are read again. */
function refuseSubscriptions({ method }: McpMessage): void {
  if (method === 'subscriptions/listen')
    throw new Failure('not_found', 'Subscriptions are not supported: read the lists again.');
}

function readEndUser(request: Request): string | null {
  const given = request.headers.get(endUserHeader);
  if (given === null) return null;
  const result = EndUserId.safeParse(given);
  if (!result.success) throw invalid('X-End-User-Id', 'Must be 1 to 128 visible ASCII characters.');
  return result.data;
}
