import type { D1Migration } from 'cloudflare:test';

declare global {
  namespace Cloudflare {
    interface Env {
      ROOT_KEY: string;
      TEST_MIGRATIONS: D1Migration[];
    }
  }
}
