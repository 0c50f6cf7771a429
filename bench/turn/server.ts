import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Client, openClient } from '../../scripts/client.ts';
import { bundle, type Process, startWorkerd } from '../workerd.ts';

// wrangler warns about secrets that are not set, and the bench sets those that it needs.
process.env.WRANGLER_LOG ??= 'error';
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
  /** The process of D1 in the variant `apart`. */
  readonly database: Process | null;
}

/** The minimal cost of a stream: forwards the request to the provider, and its body back. */
const relay = `export default {
  async fetch(request, { PROVIDER }) {
    const { body } = await fetch(PROVIDER, { method: 'POST', body: await request.text(), headers: { 'content-type': 'application/json' } });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  },
};`;

const wrappers = {
  counted: readFileSync(new URL('./counting-worker.js', import.meta.url), 'utf8'),
  apart: readFileSync(new URL('./apart-worker.js', import.meta.url), 'utf8'),
};
const root_key = 'root-key-of-the-bench-0123456789';
const direct = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] };

export interface ServerOptions {
  /** The origin of the provider. */
  readonly provider: string;
  /** The folder of the checkout whose bundle, settings and migrations are used. */
  readonly root: string;
  /** `counted` counts what Cloudflare bills, which costs CPU. `apart` runs D1 in a process of its own. */
  readonly variant?: 'counted' | 'apart' | undefined;
  /** The folder of its storage; temporary without. */
  readonly persist?: string | undefined;
}

/** Runs the production bundle and the relay in one workerd, each on its own port without a proxy. */
export async function startServer(settings: ServerOptions): Promise<Server> {
  const { provider, root, variant, persist } = settings;
  const { assets: _, ...options } = readOptions(join(root, 'wrangler.toml'))
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
  const modules = bundle(['--env', 'production'], root);
  const database = variant === 'apart' ? await startDatabase(root) : null;
  const vars = { ALLOW_PRIVATE_NETWORK: 'true', D1_URL: database?.url ?? '' };
  if (variant !== undefined)
    modules.unshift({ type: 'ESModule', path: 'wrapper.js', contents: wrappers[variant] });
  const workerd = {
    // The log line of each request is read; only errors are shown.
    handleStructuredLogs: ({ level, message }: { level: string; message: string }) => {
      if (level === 'error' || level === 'warn') console.error(message);
    },
    workers: [
      {
        ...options,
        ...direct,
        name: 'agentgrid',
        modules,
        compatibilityFlags,
        bindings: { ...options.bindings, ...secrets, ...vars },
      },
      {
        ...direct,
        name: 'relay',
        modules: [{ type: 'ESModule' as const, path: 'relay.js', contents: relay }],
        compatibilityDate,
        bindings: { PROVIDER: `${provider}/v1/chat/completions` },
      },
    ],
  };
  const process = await startWorkerd(workerd, root, persist);
  return {
    ...process,
    url: await urlOf(process, 'agentgrid'),
    relay_url: await urlOf(process, 'relay'),
    database,
    async close() {
      await process.close();
      await database?.close();
    },
  };
}

const urlOf = async ({ miniflare }: Process, name: string): Promise<string> =>
  String(await miniflare.unsafeGetDirectURL(name)).replace(/\/$/, '');

/** Runs only the emulation of D1, reached as the D1 client does. */
async function startDatabase(root: string): Promise<Process & { readonly url: string }> {
  const contents = `export default { fetch: (request, { DB }) => DB.fetcher.fetch(request) };`;
  const worker = {
    ...direct,
    name: 'd1',
    modules: [{ type: 'ESModule' as const, path: 'd1.js', contents }],
    compatibilityDate: '2026-10-20',
    d1Databases: ['DB'],
  };
  const process = await startWorkerd({ workers: [worker] }, root);
  return { ...process, url: await urlOf(process, 'd1') };
}

export interface Workspace {
  readonly key: string;
  /** Creates sessions of the agent with this scripted model and returns their ids. */
  openSessions(script: string, count: number): Promise<string[]>;
  /** Verifies that all turns of these new sessions have a complete answer and one usage row with its tokens. */
  checkStored(sessions: readonly string[], tokens: number, turns: number): Promise<void>;
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
    checkStored: (sessions, tokens, turns) => checkStored(client, new Set(sessions), tokens, turns),
  };
}

interface Page<Row> {
  readonly data: readonly Row[];
  readonly next_cursor: string | null;
}

/** Uses the public API, which other commits have too; their tables may differ. */
async function checkStored(
  client: Client,
  sessions: ReadonlySet<string>,
  tokens: number,
  turns: number,
): Promise<void> {
  let calls = 0;
  let cursor = '';
  for (let rows = 0; rows < turns && calls === rows; ) {
    type Usage = { session_id: string | null; operation: string; output_tokens: number | null };
    const { data, next_cursor } = await client.call<Page<Usage>>(
      'GET',
      `/usage?limit=100${cursor}`,
    );
    cursor = `&cursor=${next_cursor}`;
    rows += data.length;
    calls += data.filter(
      ({ session_id, operation, output_tokens }) =>
        sessions.has(session_id ?? '') && operation === 'answer' && output_tokens === tokens,
    ).length;
  }
  let answers = 0;
  for (const session of sessions) {
    type Message = { role: string; text: string };
    const path = `/sessions/${session}/messages?limit=100`;
    const { data } = await client.call<Page<Message>>('GET', path);
    answers += data.filter(
      ({ role, text }) => role === 'assistant' && text.endsWith(`word${tokens - 1}`),
    ).length;
  }
  if (answers !== turns || calls < turns)
    throw new Error(`Of ${turns} turns, ${answers} answers and ${calls} model calls are stored.`);
}
