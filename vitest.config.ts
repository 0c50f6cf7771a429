import { existsSync, statfsSync } from 'node:fs';
import './scripts/assets.ts';
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig, defineProject } from 'vitest/config';
import { unstable_readConfig } from 'wrangler';
import { outboundService } from './test/support/outbound-service.ts';
import { nodeHandler } from './test/support/provider/server.ts';
import { StallGuard } from './test/support/stall-guard.ts';

/** wrangler.toml names them, and wrangler looks for them here; keys of a developer's own are none of the tests' business. */
for (const name of unstable_readConfig({ config: 'wrangler.toml' }).secrets?.required ?? [])
  process.env[name] = '';
process.env.ROOT_KEY = 'root-key-of-the-tests-0123456789';
process.env.ENCRYPTION_KEYS = `1:${btoa('encryption-key-one-of-the-tests!')},2:${btoa('encryption-key-two-of-the-tests!')}`;

/** A test that hangs fails in the end; no test is slow enough for this on a busy machine. */
const timeouts = { testTimeout: 300_000, hookTimeout: 300_000 };

/** Vitest's own limit is one second. */
const patience = { poll: { timeout: 150_000 } };

/**
 * Databases and objects of the tests live in memory where Linux has plenty for that: they are written much and kept never.
 * `TMPDIR` names another place.
 */
function keepFilesInMemory(): void {
  const memory = '/dev/shm';
  if (process.env.TMPDIR !== undefined || !existsSync(memory)) return;
  const { bavail, bsize } = statfsSync(memory);
  if (bavail * bsize > 2 * 1024 ** 3) process.env.TMPDIR = memory;
}

/** Everything that the Worker does, tested inside workerd. */
const inWorkerd = async () => {
  const migrations = await readD1Migrations('./migrations');
  return defineProject({
    plugins: [
      cloudflareTest(() => {
        keepFilesInMemory();
        return {
          remoteBindings: false,
          wrangler: { configPath: './wrangler.toml' },
          miniflare: {
            bindings: {
              ROOT_KEY: process.env.ROOT_KEY,
              ENCRYPTION_KEYS: process.env.ENCRYPTION_KEYS,
              // Whatever the developer's own .dev.vars and environment say.
              PUBLIC_HOSTS: '',
              ALLOW_PRIVATE_NETWORK: 'false',
              SHARED_PROVIDER_KEYS: 'false',
              IMPORT_BUCKETS: 'IMPORT_BUCKET',
              TEST_MIGRATIONS: migrations,
              FUZZ_RUNS: process.env.FUZZ_RUNS ?? '6',
              SHOW_LOGS: process.env.SHOW_LOGS ?? '',
            },
            // Migrated step by step by the tests of migrations.
            d1Databases: { OLD_DB: 'old' },
            r2Buckets: { IMPORT_BUCKET: 'import' },
            // The adapter of Cloudflare; without a bound on CPU time here, so the Worker itself does not see it.
            workerLoaders: { TEST_LOADER: {} },
            outboundService: { node: nodeHandler(outboundService, 'https') },
            queueConsumers: {
              'agentgrid-jobs': {
                maxBatchSize: 1,
                maxBatchTimeout: 0.05,
                maxRetries: 10,
                deadLetterQueue: 'agentgrid-jobs-dead',
              },
              'agentgrid-jobs-dead': { maxBatchSize: 10, maxBatchTimeout: 0.05 },
            },
          },
        };
      }),
    ],
    test: {
      name: 'workerd',
      // With it every file begins with one message of all modules that others have loaded, which outgrows what workerd takes.
      fsModuleCache: false,
      // Every test has its own workspace: files share a worker, and the modules it has loaded.
      isolate: false,
      setupFiles: ['./test/support/setup.ts'],
      include: ['test/**/*.test.ts'],
      exclude: ['test/node/**'],
      // More than the cores of the smallest machine, since much of a file's time is waiting; each has to load all modules.
      maxWorkers: 3,
      ...timeouts,
      expect: patience,
    },
  });
};

/** What needs a whole server, or the tools that build one: processes, bundles, a kill under load. */
const inNode = defineProject({
  test: {
    name: 'node',
    include: ['test/node/**/*.test.ts'],
    globalSetup: './test/node/browser/shared.ts',
    setupFiles: ['./test/node/browser/page-reports.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: patience,
    sequence: { groupOrder: 1 },
    // Servers and clients mostly wait for one another; the tests in workerd run at the same time.
    maxWorkers: 3,
  },
});

export default defineConfig(async () => ({
  test: {
    projects: [await inWorkerd(), inNode],
    onConsoleLog: () => process.env.SHOW_LOGS === '1',
    // A person sees that a run stands still.
    reporters: ['default', new StallGuard()],
  },
}));
