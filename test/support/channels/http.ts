import { exports } from 'cloudflare:workers';
import { newWorkspace, type Workspace } from '../api.ts';
import { Site } from '../outbound.ts';
import { playScript } from '../provider/client.ts';
import type { Round } from '../provider/script.ts';

const encoder = new TextEncoder();

/** HMAC-SHA-256 as lower-case hex, computed independently of the product. */
export async function hmacHex(secret: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, [
    'sign',
  ]);
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export interface TestChannel {
  readonly workspace: Workspace;
  readonly agent: string;
  readonly id: string;
  /** The address at which the channel receives requests. */
  readonly url: string;
  /** The service behind the channel. */
  readonly site: Site;
  /** Sends a request to the channel's address, without a key. */
  post(body: BodyInit, headers: Record<string, string>, query?: string): Promise<Response>;
  get(query: string): Promise<Response>;
}

/** A channel of an agent whose model gives these answers. */
export async function newChannel(
  kind: string,
  rounds: readonly Round[],
  given: (site: Site) => { settings: object; credentials: object },
  config: object = {},
): Promise<TestChannel> {
  const workspace = await newWorkspace();
  const provider = await playScript({ rounds });
  await workspace.put('/providers/openai-compatible', {
    base_url: provider.base_url.compatible,
    api_key: provider.api_key,
  });
  const fields = { model: 'openai-compatible/scripted', knowledge: { base_ids: [] }, ...config };
  const agent = (await workspace.post('/agents', { name: 'A', config: fields })).body.id;
  const site = new Site();
  const created = await workspace.post(`/agents/${agent}/channels`, {
    ...{ kind, name: 'Support' },
    ...given(site),
  });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const url = (query: string) => `http://agentgrid.test${created.body.events_path}${query}`;
  return {
    ...{ workspace, agent, site, id: created.body.id, url: url('') },
    post: (body, headers, query = '') =>
      exports.default.fetch(new Request(url(query), { method: 'POST', headers, body })),
    get: (query) => exports.default.fetch(new Request(url(query))),
  };
}

/** The JSON bodies that a method of the service received, in order. */
export async function sentTo({ site }: Pick<TestChannel, 'site'>, path: string) {
  const calls = await site.calls();
  return (
    calls
      .filter(({ url }) => new URL(url).pathname === path)
      // biome-ignore lint/suspicious/noExplicitAny: tests look at the wire, whatever it is.
      .map(({ body }): any => JSON.parse(body))
  );
}
