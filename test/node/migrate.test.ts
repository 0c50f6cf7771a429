import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'agentgrid-migrate-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const migrate = () => spawnSync('node', ['scripts/migrate.ts', directory], { encoding: 'utf8' });

function wrangler(...args: string[]): string {
  const env = {
    ...process.env,
    CI: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    WRANGLER_LOG_PATH: join(directory, 'logs'),
  };
  const place = ['--local', '--persist-to', directory];
  return execFileSync('wrangler', ['d1', ...args, ...place], { encoding: 'utf8', env });
}

const execute = (sql: string) => wrangler('execute', 'DB', '--command', sql);

it('stops at a migration that fails, names it, and continues there at the next start', () => {
  execute('CREATE TABLE quotas (id)');
  const { status, stderr } = migrate();
  expect(status).toBe(1);
  expect(stderr).toContain('0005_quotas_and_deletion.sql: D1_ERROR: table `quotas` already exists');
  expect(execute('SELECT count(*) AS applied FROM d1_migrations')).toContain('"applied": 5');
  execute('DROP TABLE quotas');
  expect(migrate().status).toBe(0);
});

it('applies each migration once, in the file and the table of wrangler', () => {
  expect(wrangler('migrations', 'list', 'DB')).toContain('No migrations to apply');
  expect(migrate()).toMatchObject({ status: 0, stderr: '' });
});
