// npm run deploy -- staging|production: applies migrations, then deploys the code. The old code runs on the new schema in between.
import { spawnSync } from 'node:child_process';
import { unstable_readConfig } from 'wrangler';

const environments = ['staging', 'production'];
const [environment = 'staging', ...rest] = process.argv.slice(2);
if (!environments.includes(environment))
  fail(`Deploy to ${environments.join(' or ')}, not "${environment}".`);

const { d1_databases } = unstable_readConfig({ config: 'wrangler.toml', env: environment }) as {
  d1_databases: { database_id?: string }[];
};
if (d1_databases.some(({ database_id }) => database_id?.startsWith('00000000-'))) {
  fail(
    `wrangler.toml has no database for ${environment} yet. docs/guides/deploy.md describes how to create one and where to set its id.`,
  );
}
run(['d1', 'migrations', 'apply', 'DB', '--remote', '--env', environment]);
run(['deploy', '--env', environment, ...rest]);

function run(args: readonly string[]): void {
  const { status, error } = spawnSync('wrangler', args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error !== undefined) fail(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
