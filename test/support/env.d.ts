import type { D1Migration } from 'cloudflare:test';

declare global {
  namespace Cloudflare {
    interface Env {
      ROOT_KEY: string;
      ENCRYPTION_KEYS: string;
      TEST_MIGRATIONS: D1Migration[];
      /** Empty: a test of migrations applies them step by step. */
      OLD_DB: D1Database;
      /** Creates dynamic Workers, as on Cloudflare, but without a bound on their CPU time. */
      TEST_LOADER: WorkerLoader;
      /** Number of fuzz requests of each kind per operation. */
      FUZZ_RUNS: string;
      /** `1` shows what tests and the Worker log. */
      SHOW_LOGS: string;
    }
  }
}
