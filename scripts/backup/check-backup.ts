import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { unseal } from '../../src/platform/vault.ts';
import { placeOf } from '../../src/secrets/place.ts';
import {
  blobPath,
  type Checksum,
  checksumOf,
  DamagedBackupError,
  digestOf,
  forEachOf,
  readLines,
} from './files.ts';
import {
  type Manifest,
  type ObjectOfBackup,
  objectsName,
  readManifest,
  tableName,
  vectorsName,
} from './manifest.ts';

/** Reads a whole backup and compares it with its checksums. Throws `DamagedBackupError`, which names the file. */
export async function checkBackup(directory: string): Promise<Manifest> {
  const manifest = await readManifest(directory);
  const check = async (name: string, expected: Checksum) => {
    const { count, sha256 } = await checksumOf(readLines(join(directory, name), name));
    if (count !== expected.count || sha256 !== expected.sha256)
      throw new DamagedBackupError(name, 'does not match its checksum');
  };
  for (const table of manifest.tables) await check(tableName(manifest.id, table.name), table);
  if (manifest.vectors !== null) await check(vectorsName(manifest.id), manifest.vectors);
  await check(objectsName(manifest.id), manifest.objects);
  const checked = new Set<string>();
  await forEachOf(objectsOf(directory, manifest), 4, async ({ key, sha256, size }) => {
    if (checked.has(sha256)) return;
    checked.add(sha256);
    const path = blobPath(directory, sha256);
    const name = `${path.slice(directory.length + 1)} (object ${key})`;
    if (!existsSync(path)) throw new DamagedBackupError(name, 'is missing');
    const found = await digestOf(createReadStream(path));
    if (found.sha256 !== sha256 || found.size !== size)
      throw new DamagedBackupError(name, 'does not match its checksum');
  });
  return manifest;
}

/** Yields the objects of a backup. */
export async function* objectsOf(
  directory: string,
  { id }: Manifest,
): AsyncGenerator<ObjectOfBackup> {
  for await (const line of readLines(join(directory, objectsName(id)), objectsName(id)))
    yield JSON.parse(line) as ObjectOfBackup;
}

const keyForm = /^\s*([1-9]\d{0,8}):([A-Za-z0-9+/_-]{43}=?)\s*$/;

/** Throws unless the keys, in the form of ENCRYPTION_KEYS, open a secret of each key version of the backup. */
export async function checkKeys(
  directory: string,
  manifest: Manifest,
  encryption_keys: string,
): Promise<void> {
  const keys = new Map(
    encryption_keys.split(',').flatMap((entry) => {
      const [, version, encoded = ''] = keyForm.exec(entry) ?? [];
      return version === undefined
        ? []
        : [[Number(version), Uint8Array.from(Buffer.from(encoded, 'base64url'))] as const];
    }),
  );
  const absent = manifest.key_versions.filter((version) => !keys.has(version));
  if (absent.length > 0)
    throw new Error(
      `ENCRYPTION_KEYS of the target has no version ${absent.join(', ')}, under which secrets of the backup are sealed. Take the keys from the deployment of the backup.`,
    );
  const table = manifest.tables.find(({ name }) => name === 'secrets');
  const waiting = new Set(manifest.key_versions);
  if (table === undefined || waiting.size === 0) return;
  const name = tableName(manifest.id, table.name);
  for await (const line of readLines(join(directory, name), name)) {
    const values = JSON.parse(line) as unknown[];
    const row = Object.fromEntries(
      table.columns.map((column, index) => [column, values[index]]),
    ) as unknown as SecretRow;
    if (!waiting.delete(row.key_version)) continue;
    await unseal(
      { encryption_keys: keys } as never,
      placeOf(row.workspace_id, row),
      row.sealed,
    ).catch(() => {
      throw new Error(
        `Version ${row.key_version} of ENCRYPTION_KEYS of the target is another key than that of the backup: its secrets could not be opened. Take the keys from the deployment of the backup.`,
      );
    });
    if (waiting.size === 0) return;
  }
}

type SecretRow = Parameters<typeof placeOf>[1] & {
  readonly workspace_id: string;
  readonly sealed: string;
  readonly key_version: number;
};
