import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { Problem } from './problem.ts';
import type { paths } from './schema.d.ts';

export type ApiClient = Client<paths>;

export interface ClientOptions {
  /** Origin of the deployment; default: that of the page. */
  readonly url?: string;
  /** An API key, without which the session cookie of the browser counts. */
  readonly key?: string;
  /** Returns the id of the workspace of the next request, `ws_…`; null for that of the key or of the last request. */
  readonly workspace?: () => string | null;
  /** Called for every failure before it is thrown. */
  readonly onProblem?: (problem: Problem) => void;
}

/**
 * Returns a typed client of the HTTP API. A failure is thrown as a `Problem`, also when the deployment cannot be reached. A
 * POST without `Idempotency-Key` gets one, so that a repeated request of the browser has one effect.
 */
export function createApiClient(options: ClientOptions = {}): ApiClient {
  const { url = '', key, workspace, onProblem } = options;
  const fail = (problem: Problem): never => {
    onProblem?.(problem);
    throw problem;
  };
  const middleware: Middleware = {
    onRequest({ request }) {
      const { headers, method } = request;
      if (key !== undefined) headers.set('authorization', `Bearer ${key}`);
      const id = workspace?.() ?? null;
      if (id !== null) headers.set('agentgrid-workspace', id);
      if (method === 'POST' && !headers.has('idempotency-key'))
        headers.set('idempotency-key', crypto.randomUUID());
    },
    async onResponse({ response, options: { parseAs } }) {
      if (!response.ok) return fail(await Problem.from(response));
      if (parseAs !== 'json' || response.status === 204) return undefined;
      // A page of a proxy, or an answer that was cut off, is a failure like others.
      const text = await response
        .text()
        .catch((error: unknown) => fail(Problem.unreachable(error)));
      if (text !== '' && !isJson(text)) fail(Problem.malformed(response.status));
      return new Response(text, response);
    },
    onError: ({ error }) => fail(Problem.unreachable(error)),
  };
  const client = createClient<paths>({ baseUrl: url === '' ? location.origin : url });
  client.use(middleware);
  return client;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
