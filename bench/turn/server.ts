import { createRequire } from 'node:module';
import { openClient } from '../../scripts/client.ts';
import { bundle, type Process, startWorkerd } from '../workerd.ts';

const { unstable_getMiniflareWorkerOptions: readOptions } = createRequire(import.meta.url)(
  'wrangler',
) as typeof import('wrangler');

/** Settings that override wrangler.toml. */
interface WorkerOptions {
  readonly assets?: unknown;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: string[];
  readonly bindings: Record<string, string>;
}

export interface Server extends Process {
  readonly url: string;
  readonly relay_url: string;
}

/** The minimal cost of a stream: forwards the request to the provider, and its body back. */
const relay = `export default {
  async fetch(request, { PROVIDER }) {
    const { body } = await fetch(PROVIDER, { method: 'POST', body: await request.text(), headers: { 'content-type': 'application/json' } });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  },
};`;

const root_key = 'root-key-of-the-bench-0123456789';
const direct = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] };

/** Runs the production bundle and the relay in one workerd, each on its own port without a proxy. */
export async function startServer(provider: string): Promise<Server> {
  const { assets: _, ...options } = readOptions('wrangler.toml')
    .workerOptions as unknown as WorkerOptions;
  // The provider is on loopback, which the removed flag forbids.
  const compatibilityFlags = options.compatibilityFlags.filter(
    (flag) => flag !== 'global_fetch_strictly_public',
  );
  const { compatibilityDate } = options;
  const secrets = {
    ROOT_KEY: root_key,
    ENCRYPTION_KEYS: `1:${btoa('encryption-key-one-of-the-bench!')}`,
  };
  const process = await startWorkerd({
    // The log line of each request is read; only errors are shown.
    handleStructuredLogs: ({ level, message }) => {
      if (level === 'error' || level === 'warn') console.error(message);
    },
    workers: [
      {
        ...options,
        ...direct,
        name: 'agentgrid',
        modules: bundle(['--env', 'production']),
        compatibilityFlags,
        bindings: { ...options.bindings, ...secrets, ALLOW_PRIVATE_NETWORK: 'true' },
      },
      {
        ...direct,
        name: 'relay',
        modules: [{ type: 'ESModule', path: 'relay.js', contents: relay }],
        compatibilityDate: compatibilityDate,
        bindings: { PROVIDER: `${provider}/v1/chat/completions` },
      },
    ],
  });
  const urlOf = async (name: string) =>
    String(await process.miniflare.unsafeGetDirectURL(name)).replace(/\/$/, '');
  return { ...process, url: await urlOf('agentgrid'), relay_url: await urlOf('relay') };
}

export interface Workspace {
  readonly key: string;
  /** Creates sessions of the agent with this scripted model and returns their ids. */
  openSessions(script: string, count: number): Promise<string[]>;
}

/** Creates a workspace whose agents call the provider. */
export async function openWorkspace(url: string, provider: string): Promise<Workspace> {
  const made = await openClient(url, root_key).call<{ api_key: { secret: string } }>(
    'POST',
    '/workspaces',
    { json: { name: 'Bench' } },
  );
  const client = openClient(url, made.api_key.secret);
  await client.call('PUT', '/providers/openai-compatible', {
    json: { base_url: `${provider}/v1`, api_key: 'sk-of-the-bench' },
  });
  const agents = new Map<string, Promise<{ id: string }>>();
  const scripts: string[] = [];
  const createAgent = async (script: string) => {
    scripts.push(script);
    const overrides = scripts.map((name) => ({
      model: `openai-compatible/${name}`,
      input: 1,
      output: 2,
    }));
    await client.call('PUT', '/prices', { json: { overrides } });
    const config = {
      model: `openai-compatible/${script}`,
      instructions: 'Answer in words.',
      knowledge: { base_ids: [] },
    };
    return client.call<{ id: string }>('POST', '/agents', { json: { name: script, config } });
  };
  return {
    key: made.api_key.secret,
    async openSessions(script, count) {
      const agent = agents.get(script) ?? createAgent(script);
      agents.set(script, agent);
      const { id } = await agent;
      const sessions: string[] = [];
      const open = async () => {
        while (sessions.length < count) {
          const at = sessions.push('') - 1;
          sessions[at] = (
            await client.call<{ id: string }>('POST', `/agents/${id}/sessions`, { json: {} })
          ).id;
        }
      };
      await Promise.all(Array.from({ length: Math.min(8, count) }, open));
      return sessions;
    },
  };
}
