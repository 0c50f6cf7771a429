import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from './deployment.ts';
import type { Manifest } from './manifest.ts';

const directory = join(import.meta.dirname, '..', '..', 'migrations');

export const migrationNames = (): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort();

export const statementsOf = (name: string): string[] =>
  readFileSync(join(directory, name), 'utf8')
    .split('--> statement-breakpoint')
    .filter((statement) => statement.replaceAll(/^--.*$/gm, '').trim() !== '');

/** Throws unless this release has the migrations of the backup. */
export function checkMigrations({ migrations }: Manifest): void {
  const known = migrationNames();
  const unknown = migrations.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `The backup was made by a later release: this one has no migration ${unknown[0]}. Use the release that made it, or a later one.`,
    );
}

/** Applies the migrations that were not applied yet; only `wanted` ones if given. Each is one transaction with its row in wrangler's table. */
export async function applyMigrations(
  deployment: Deployment,
  wanted: readonly string[] = migrationNames(),
): Promise<void> {
  await deployment.run([
    {
      sql: `create table if not exists d1_migrations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
    },
  ]);
  const rows = await deployment.query<{ name: string }>('select name from d1_migrations');
  const applied = new Set(rows.map(({ name }) => name));
  for (const name of wanted) {
    if (applied.has(name)) continue;
    await deployment.run([
      ...statementsOf(name).map((sql) => ({ sql })),
      { sql: 'insert into d1_migrations (name) values (?)', params: [name] },
    ]);
  }
}
