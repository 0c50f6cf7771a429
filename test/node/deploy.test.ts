import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { bundle, modulesIn } from '../../bench/workerd.ts';

const { Miniflare, convertV4MiniflareOptions } = createRequire(import.meta.resolve('wrangler'))(
  'miniflare',
) as typeof import('miniflare');

const environments = ['staging', 'production'] as const;

interface Binding {
  readonly binding: string;
}
interface Settings {
  readonly d1_databases: readonly Binding[];
  readonly r2_buckets: readonly Binding[];
  readonly vectorize: readonly Binding[];
  readonly ai?: Binding;
  readonly queues: {
    readonly producers: readonly Binding[];
    readonly consumers: readonly { queue: string; dead_letter_queue?: string }[];
  };
  readonly vars: Readonly<Record<string, string>>;
  readonly triggers: object;
  readonly secrets: { readonly required: readonly string[] };
}

const read = (env: string | undefined) =>
  unstable_readConfig({ config: 'wrangler.toml', env }) as Settings;
const largestBundle = 2_300_000;

describe('the workers of the benches', () => {
  it.each(['bench/llm-worker.ts', 'bench/analytics-worker.ts', 'bench/code-worker.ts'])(
    'can be built: %s',
    (main) => {
      expect(bundle([main]).filter(({ type }) => type === 'ESModule')).toHaveLength(1);
    },
  );
});

/** Records the message of every error, from before the Worker is evaluated. */
const recorder = `globalThis.made = [];
globalThis.Error = class extends Error {
  constructor(...args) {
    super(...args);
    globalThis.made.push(this.message);
  }
};`;
const entry = `import './recorder.js';
import './worker.js';
export default { fetch: () => Response.json(globalThis.made) };`;

describe.each(environments)('deploying to %s', (env) => {
  const out = mkdtempSync(join(tmpdir(), 'agentgrid-deploy-'));
  afterAll(() => rmSync(out, { recursive: true }));

  it('builds without a warning, small enough, without anything of the tests (R81)', () => {
    const { status, stdout, stderr } = spawnSync(
      'wrangler',
      ['deploy', '--dry-run', '--env', env, '--outdir', out],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          CI: 'true',
          WRANGLER_SEND_METRICS: 'false',
          WRANGLER_HIDE_BANNER: 'true',
          WRANGLER_LOG_PATH: join(out, 'logs'),
        },
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('--dry-run: exiting now.');
    const bundle = readFileSync(join(out, 'worker.js'));
    // With the prices, the engine for code and what runs inside of it.
    const uploaded = readdirSync(out).filter((name) => /\.(js|wasm|txt)$/.test(name));
    const sizes = uploaded.map((name) => gzipSync(readFileSync(join(out, name)), { level: 9 }));
    expect(uploaded).toHaveLength(6);
    expect(sizes.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(largestBundle);
    // The key of the tests, the message of the injected fault, and the reference of a source map.
    const foreign = [
      'root-key-of-the-tests',
      'D1_ERROR: Network connection lost.',
      'FUZZ_RUNS',
      'sourceMappingURL=data:',
      // Part of zod's German messages, which `alias` in wrangler.toml removes with all others.
      'ltige Eingabe',
    ];
    expect(foreign.filter((text) => bundle.includes(text))).toEqual([]);
  });

  // The stack of an error contains the top level of the bundle, whose source position is expensive to find (docs/decisions/0051-start-up.md).
  it('creates no error while the Worker starts', async () => {
    const modules = [
      { type: 'ESModule' as const, path: 'entry.js', contents: entry },
      { type: 'ESModule' as const, path: 'recorder.js', contents: recorder },
      ...modulesIn(out),
    ];
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        modules,
        compatibilityDate: '2026-10-20',
        compatibilityFlags: ['enable_request_signal'],
        cf: false,
      }),
    );
    try {
      const response = await miniflare.dispatchFetch('http://startup.test');
      expect(await response.json()).toEqual([]);
    } finally {
      await miniflare.dispose();
    }
  });

  it('has every binding of the local environment, and the two that only exist there', () => {
    const names = (config: Settings) => [
      ...config.d1_databases.map(({ binding }) => binding),
      ...config.r2_buckets.map(({ binding }) => binding),
      ...config.queues.producers.map(({ binding }) => binding),
      ...Object.keys(config.vars),
    ];
    const [local, hosted] = [read(undefined), read(env)];
    expect(names(hosted)).toEqual(names(local));
    expect([hosted.ai?.binding, hosted.vectorize.map(({ binding }) => binding)]).toEqual([
      'AI',
      ['VECTORS'],
    ]);
    expect([local.ai?.binding, local.vectorize]).toEqual([undefined, []]);
    expect(hosted.triggers).toEqual(local.triggers);
    expect(hosted.secrets.required).toEqual(['ROOT_KEY', 'ENCRYPTION_KEYS']);
    expect(local.secrets.required).toEqual(expect.arrayContaining([...hosted.secrets.required]));
    expect(hosted).toMatchObject({
      minify: true,
      preview_urls: false,
      vars: { PUBLIC_HOSTS: '' },
      observability: { enabled: true, logs: { enabled: true } },
      placement: { mode: 'smart' },
    });
  });
});

describe.each([undefined, ...environments])('queues of %s', (env) => {
  it('leave nothing to a default, since the defaults differ between local and Cloudflare', () => {
    const consumers = read(env).queues.consumers;
    for (const consumer of consumers) {
      expect(Object.keys(consumer)).toEqual(
        expect.arrayContaining([
          'queue',
          'max_batch_size',
          'max_batch_timeout',
          'max_retries',
          'max_concurrency',
          'retry_delay',
        ]),
      );
    }
    const [jobs, dead] = consumers;
    expect(jobs?.dead_letter_queue).toBe(dead?.queue);
  });
});
