import { exports } from 'cloudflare:workers';

export const rootKey = 'root-key-of-the-tests-0123456789';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly body: any;
}

export interface Options {
  readonly headers?: Record<string, string>;
  readonly body?: BodyInit;
  readonly json?: unknown;
}

export function toRequest(
  method: string,
  path: string,
  key: string | null,
  options: Options = {},
): Request {
  const headers = new Headers(options.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  if (options.json !== undefined && !headers.has('content-type'))
    headers.set('content-type', 'application/json');
  const body = options.json === undefined ? (options.body ?? null) : JSON.stringify(options.json);
  return new Request(`http://agentgrid.test${path}`, { method, headers, body, redirect: 'manual' });
}

export async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  };
}

/** Sends one request to the fetch handler of the Worker, in workerd. */
export const request = async (
  method: string,
  path: string,
  key: string | null,
  options: Options = {},
): Promise<Answer> => toAnswer(await exports.default.fetch(toRequest(method, path, key, options)));

export interface Workspace {
  readonly id: string;
  readonly key: string;
  readonly key_id: string;
  get(path: string, options?: Options): Promise<Answer>;
  post(path: string, json?: unknown, options?: Options): Promise<Answer>;
  patch(path: string, json?: unknown, options?: Options): Promise<Answer>;
  put(path: string, json?: unknown, options?: Options): Promise<Answer>;
  delete(path: string, options?: Options): Promise<Answer>;
  /** The same workspace through another key. */
  as(key: string): Workspace;
  /** Creates a key and returns the workspace with access through it. */
  withRole(
    role: 'viewer' | 'runtime' | 'editor' | 'admin',
    agent_ids?: string[],
  ): Promise<Workspace>;
}

/** Paths are relative to `/api/v1`. */
function open(id: string, key: string, key_id: string): Workspace {
  const call = (method: string, path: string, json: unknown, options: Options = {}) =>
    request(method, `/api/v1${path}`, key, json === undefined ? options : { ...options, json });
  return {
    id,
    key,
    key_id,
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, json, options) => call('POST', path, json, options),
    patch: (path, json, options) => call('PATCH', path, json, options),
    put: (path, json, options) => call('PUT', path, json, options),
    delete: (path, options) => call('DELETE', path, undefined, options),
    as: (other) => open(id, other, key_id),
    async withRole(role, agent_ids) {
      const { body } = await call('POST', '/api-keys', {
        name: role,
        role,
        ...(agent_ids === undefined ? {} : { agent_ids }),
      });
      return open(id, body.secret, body.id);
    },
  };
}

/** Creates a workspace; every test has its own. */
export async function newWorkspace(name = 'Test'): Promise<Workspace> {
  const { body } = await request('POST', '/api/v1/workspaces', rootKey, { json: { name } });
  return open(body.workspace.id, body.api_key.secret, body.api_key.id);
}
