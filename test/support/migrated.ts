import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

// Once in each worker, as is every module: files of tests share the database.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
