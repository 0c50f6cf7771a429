// Makes or restores a backup: `node scripts/backup/run.ts backup|restore PLACE DIRECTORY`. scripts/backup.ts and scripts/restore.ts
// run it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDevVars, type State, statePath } from '../state.ts';
import { checkBackup, checkKeys } from './check-backup.ts';
import type { Deployment, Place } from './deployment.ts';
import type { Manifest } from './manifest.ts';
import { restoreBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

const [task, placeText = '', directory = ''] = process.argv.slice(2);
const place = JSON.parse(placeText) as Place;
const started = performance.now();
const say = (text: string) => console.log(text);

async function backup(): Promise<void> {
  if ('directory' in place && !existsSync(join(place.directory, 'v3')))
    throw new Error(`${place.directory} has no data.`);
  const manifest = await withDeployment((deployment) => writeBackup(deployment, directory, say));
  say(`Backed up ${sizeOf(manifest)} to ${directory}`);
}

async function restore(): Promise<void> {
  const manifest = await checkBackup(directory);
  say(`The backup of ${manifest.finished_at} is complete and undamaged`);
  await checkKeys(directory, manifest, encryptionKeys());
  await withDeployment((deployment) => restoreBackup(deployment, directory, manifest, say));
  const name = 'directory' in place ? place.directory : place.environment;
  say(`Restored ${sizeOf(manifest)} into ${name}`);
}

async function withDeployment<Result>(use: (deployment: Deployment) => Promise<Result>) {
  // It loads wrangler, which takes a second; a damaged backup is refused without.
  const { openDeployment } = await import('./deployment.ts');
  const deployment = await openDeployment(place);
  try {
    return await use(deployment);
  } finally {
    await deployment.close();
  }
}

function sizeOf({ tables, objects }: Manifest): string {
  const rows = tables.reduce((sum, { count }) => sum + count, 0);
  const megabytes = (objects.byte_size / 1e6).toFixed(1);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${rows} rows and ${objects.count} objects (${megabytes} MB) in ${seconds} s`;
}

/** Returns the ENCRYPTION_KEYS of the target: those that `npm start` will use, or for Cloudflare those of the environment. */
function encryptionKeys(): string {
  if ('environment' in place) return process.env.ENCRYPTION_KEYS ?? '';
  const path = statePath(place.directory);
  const state: Partial<State> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  return readDevVars().ENCRYPTION_KEYS || state.encryption_keys || '';
}

try {
  await (task === 'backup' ? backup() : restore());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
