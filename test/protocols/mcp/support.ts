import { exports } from 'cloudflare:workers';
import { newWorkspace, toRequest, type Workspace } from '../../support/api.ts';
import { playScript, type ScriptedProvider } from '../../support/provider/client.ts';
import type { Script } from '../../support/provider/script.ts';

export const generations = ['2025-11-25', '2026-07-28'] as const;
type Generation = (typeof generations)[number];

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly result: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly error: any;
  /** Messages before the response. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  readonly events: any[];
}

export interface CallOptions {
  readonly path?: string;
  readonly generation?: Generation;
  readonly headers?: Record<string, string>;
}

const accept = 'application/json, text/event-stream';

/** The message and the headers with which a client of this generation calls a method. */
function messageOf(method: string, params: Record<string, unknown>, generation: Generation) {
  if (generation === '2025-11-25')
    return { headers: { 'mcp-protocol-version': generation }, params };
  const prefix = 'io.modelcontextprotocol';
  const name = params.name ?? params.uri;
  return {
    headers: {
      'mcp-protocol-version': generation,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
    },
    params: {
      ...params,
      _meta: {
        ...(params._meta as object | undefined),
        [`${prefix}/protocolVersion`]: generation,
        [`${prefix}/clientInfo`]: { name: 'test', version: '1' },
        [`${prefix}/clientCapabilities`]: {},
      },
    },
  };
}

/** Sends a request of the protocol, unread. */
export function open(
  key: string | null,
  method: string,
  params: Record<string, unknown> = {},
  { path = '/mcp', generation = '2025-11-25', headers = {} }: CallOptions = {},
): Promise<Response> {
  const message = messageOf(method, params, generation);
  const json = { jsonrpc: '2.0', id: 1, method, params: message.params };
  return exports.default.fetch(
    toRequest('POST', path, key, { headers: { accept, ...message.headers, ...headers }, json }),
  );
}

/** Calls a method and reads the response, whatever its form. */
export async function call(...args: Parameters<typeof open>): Promise<Reply> {
  const response = await open(...args);
  const text = await response.text();
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const messages = isStream
    ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data))
    : [text === '' ? {} : JSON.parse(text)];
  const { result, error } = messages.at(-1) ?? {};
  return {
    ...{ status: response.status, headers: response.headers, result, error },
    events: messages.slice(0, -1),
  };
}

export const callTool = (
  key: string,
  name: string,
  args: object,
  { meta, ...options }: CallOptions & { readonly meta?: object } = {},
): Promise<Reply> =>
  call(
    key,
    'tools/call',
    { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) },
    options,
  );

export interface Scene {
  readonly workspace: Workspace;
  readonly key: string;
  readonly agent: string;
  readonly slug: string;
  readonly base: string;
  readonly scripted: ScriptedProvider;
}

/** A workspace with an agent whose model plays the script. */
export async function newScene(
  script: Script,
  config: object = {},
  agent: object = {},
): Promise<Scene> {
  const scripted = await playScript(script);
  const workspace = await newWorkspace();
  await workspace.put('/providers/openai-compatible', {
    base_url: scripted.base_url.compatible,
    api_key: scripted.api_key,
  });
  const { body } = await workspace.post('/agents', {
    name: 'Support',
    ...agent,
    config: { model: 'openai-compatible/scripted', knowledge: { base_ids: [] }, ...config },
  });
  return {
    ...{ workspace, key: workspace.key, scripted },
    ...{ agent: body.id, slug: body.slug, base: body.base_id },
  };
}
