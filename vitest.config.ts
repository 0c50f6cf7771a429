import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig(async () => ({
  plugins: [
    cloudflareTest({
      remoteBindings: false,
      wrangler: { configPath: './wrangler.toml' },
      miniflare: {
        bindings: {
          ROOT_KEY: 'root-key-of-the-tests-0123456789',
          TEST_MIGRATIONS: await readD1Migrations('./migrations'),
        },
        queueConsumers: {
          'agentgrid-jobs': { maxBatchSize: 1, maxBatchTimeout: 0.05, maxRetries: 10, deadLetterQueue: 'agentgrid-jobs-dead' },
          'agentgrid-jobs-dead': { maxBatchSize: 10, maxBatchTimeout: 0.05 },
        },
      },
    }),
  ],
  test: {
    setupFiles: ['./test/support/setup.ts'],
    include: ['test/**/*.test.ts'],
    onConsoleLog: () => process.env.SHOW_LOGS === '1',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
}));
