// npm run db:generate -- --name what_changes: a migration from the Drizzle schema, with every table STRICT
// (drizzle-kit does not support it) and without a table rebuild, which on D1 empties the tables that refer to it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = 'migrations';
const before = new Set(readdirSync(folder));
const { status } = spawnSync('drizzle-kit', ['generate', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

for (const name of readdirSync(folder).filter(
  (file) => file.endsWith('.sql') && !before.has(file),
)) {
  const path = `${folder}/${name}`;
  const sql = readFileSync(path, 'utf8');
  if (/\b__new_/.test(sql)) {
    console.error(
      `${path} rebuilds a table. Write ADD COLUMN, UPDATE, DROP COLUMN, RENAME COLUMN by hand instead.`,
    );
    process.exitCode = 1;
  }
  writeFileSync(path, sql.replace(/^(CREATE TABLE [\s\S]*?\n\));/gm, '$1 STRICT;'));
}
