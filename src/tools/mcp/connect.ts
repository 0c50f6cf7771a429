import type { Client as McpClient } from '@modelcontextprotocol/client';
import type { Ctx } from '../../platform/context.ts';
import type { Authorization } from './auth.ts';
import { McpFault, toFault } from './fault.ts';
import { boundedFetch } from './fetch.ts';
import type { SealedServer } from './store.ts';

/** Maximum pages of a list, and bytes of all its pages. */
const maxPages = 40;

export interface Connection {
  readonly client: McpClient;
  /** Makes a request of the client that fails once its response has ended without an answer. */
  ask<Result>(request: (options: AskOptions) => Promise<Result>): Promise<Result>;
}

interface AskOptions {
  readonly signal: AbortSignal;
  readonly timeout: number;
}

type Mode = 'auto' | 'legacy' | { readonly known: string };

interface Request {
  readonly server: Pick<SealedServer, 'url' | 'timeout_ms' | 'server_info'>;
  readonly authorization: Authorization;
  readonly signal: AbortSignal;
  readonly max_bytes: number;
  /** A person can give input. */
  readonly can_ask?: boolean;
}

const modern = '2026-07-28';

/**
 * Connects to a server, does the work, and ends the session. No session outlives the work or is shared (R40). The
 * protocol version of the last listing saves the negotiation; where the server refuses the request because of it, or has
 * lost the session, the work is done once more on a new connection. Throws `McpFault`.
 */
export async function withConnection<Result>(
  ctx: Ctx,
  request: Request,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { protocol_version = null } = request.server.server_info ?? {};
  const first: Mode =
    protocol_version === null
      ? 'auto'
      : protocol_version >= modern
        ? { known: protocol_version }
        : 'legacy';
  const deadline = AbortSignal.timeout(request.server.timeout_ms);
  try {
    return await connectOnce(ctx, request, first, deadline, work);
  } catch (error) {
    if (!(error instanceof McpFault) || error.retry === null) throw error;
    const next: Mode = first === 'auto' && error.retry === 'legacy' ? 'legacy' : 'auto';
    // A fault of the server itself does not concern the version.
    if (first !== 'auto' && error.retry === 'legacy') throw error;
    return connectOnce(ctx, request, next, deadline, work);
  }
}

async function connectOnce<Result>(
  ctx: Ctx,
  { server, authorization, signal: run, max_bytes, can_ask = false }: Request,
  mode: Mode,
  deadline: AbortSignal,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { Client, StreamableHTTPClientTransport, ...errors } = await loadClient();
  const broken = new AbortController();
  const signal = AbortSignal.any([run, deadline, broken.signal]);
  let waiting = 0;
  const ask: Connection['ask'] = async (request) => {
    waiting += 1;
    try {
      return await request({ signal, timeout: server.timeout_ms + 1000 });
    } finally {
      waiting -= 1;
    }
  };
  const { url, timeout_ms } = server;
  const door = boundedFetch(ctx, { url, signal, max_bytes, timeout_ms }, (error) => {
    if (waiting > 0) broken.abort(error ?? unanswered());
  });
  const transport = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: door.fetch,
    requestInit: { headers: { ...authorization.headers } },
    ...(authorization.provider === undefined ? {} : { authProvider: authorization.provider }),
    reconnectionOptions: {
      ...{ maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1 },
      reconnectionDelayGrowFactor: 1,
    },
  });
  const client = new Client(
    { name: 'agentgrid', version: '1.0.0' },
    {
      // Neither sampling nor roots: the server may not use models of the workspace.
      capabilities: can_ask && typeof mode === 'object' ? asking : {},
      versionNegotiation: { mode: 'auto' },
      inputRequired: { autoFulfill: false },
      listMaxPages: maxPages,
    },
  );
  let isConnected = false;
  try {
    await ask((options) => client.connect(transport, { ...options, ...priorOf(mode) }));
    isConnected = true;
    return await work({ client, ask });
  } catch (error) {
    const isBroken = broken.signal.aborted && !run.aborted && !deadline.aborted;
    const fault = toFault(isBroken ? broken.signal.reason : error, errors, {
      ...{ run, deadline, timeout_ms },
      secrets: authorization.secrets,
    });
    // A request that failed may have had its effect.
    throw isConnected && fault.retry === 'legacy'
      ? new McpFault(fault.reason, fault.message, { cause: fault })
      : fault;
  } finally {
    door.stop();
    ctx.defer(
      transport
        .terminateSession()
        .catch(() => undefined)
        .then(() => client.close())
        .catch(() => undefined),
    );
  }
}

/**
 * Servers of 2026-07-28 end the request to ask. Former ones keep it open for the answer, which may take a day: they are
 * not told that they may ask, and neither is a server whose version is yet to be negotiated.
 */
const asking = { elicitation: { form: {}, url: {} } };

/** Takes 40 to 75 ms once in a process. */
async function loadClient() {
  const {
    Client,
    ProtocolError,
    SdkError,
    SdkErrorCode,
    SdkHttpError,
    InsufficientScopeError,
    StreamableHTTPClientTransport,
    UnauthorizedError,
  } = await import('./client.ts');
  return {
    ...{ Client, StreamableHTTPClientTransport, ProtocolError, SdkError, SdkErrorCode },
    ...{ SdkHttpError, InsufficientScopeError, UnauthorizedError },
  };
}

const unanswered = () =>
  new McpFault('no_answer', 'The server closed its response without an answer.');

function priorOf(mode: Mode) {
  if (mode === 'auto') return {};
  if (mode === 'legacy') return { prior: { kind: 'legacy' as const } };
  const discover = {
    ...{ supportedVersions: [mode.known], capabilities: { tools: {} } },
    ...{ resultType: 'complete' as const, ttlMs: 0, cacheScope: 'private' as const },
  };
  return { prior: { kind: 'modern' as const, discover } };
}
