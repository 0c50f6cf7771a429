// Applies the migrations to the local database of a data directory: `node scripts/migrate.ts DIRECTORY`.
//
// `wrangler d1 migrations apply` starts a server for each migration and more; this starts one for all.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The miniflare of wrangler, so that both keep the database in the same file.
const { Miniflare, convertV4MiniflareOptions } = createRequire(import.meta.resolve('wrangler'))(
  'miniflare',
) as typeof import('miniflare');

const root = join(import.meta.dirname, '..');
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('Usage: node scripts/migrate.ts DIRECTORY');

const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    modules: true,
    script: readFileSync(join(root, 'scripts', 'migrate-worker.js'), 'utf8'),
    cf: false,
    d1Databases: { DB: localDatabase() },
    resourcePersistencePath: join(directory, 'v3'),
  }),
);
try {
  const body = JSON.stringify(migrations());
  const response = await miniflare.dispatchFetch('http://migrate', { method: 'POST', body });
  if (!response.ok) throw new Error(await response.text());
} finally {
  await miniflare.dispose();
}

/** Returns all migrations in order. */
function migrations(): { name: string; sql: string }[] {
  const names = readdirSync(join(root, 'migrations')).filter((name) => name.endsWith('.sql'));
  return names
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(root, 'migrations', name), 'utf8') }));
}

/** Returns the id of `DB` in the default environment, from which the name of its file derives. */
function localDatabase(): string {
  const config = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  const id = /^\[\[d1_databases\]\]$[^[]*?^database_id = "(.+)"$/m.exec(config)?.[1];
  if (id === undefined) throw new Error('wrangler.toml has no [[d1_databases]] with an id.');
  return id;
}
