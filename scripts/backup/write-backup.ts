import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from './deployment.ts';
import {
  blobPath,
  forEachOf,
  newDirectory,
  readLines,
  removeTree,
  writeBlob,
  writeJson,
  writeLines,
} from './files.ts';
import {
  dataName,
  type Manifest,
  manifestFormat,
  manifestPath,
  manifestVersion,
  type ObjectOfBackup,
  objectsName,
  readManifest,
  type TableOfBackup,
  tableName,
  vectorsName,
} from './manifest.ts';
import { References } from './references.ts';
import { readColumns, readRows, readSchema } from './tables.ts';
import { vectorLines } from './vectors.ts';

/** Objects that are copied at the same time. */
const objectsAtOnce = 8;
/** Attempts at copying all rows of a running deployment. */
const maxAttempts = 3;
const copiedName = /^copied-.+\.ndjson$/;

/**
 * Writes a backup to a directory: all rows first, then the objects that they name. Objects that an earlier or an interrupted backup
 * in the directory has copied are not read again. An earlier backup stays complete until this one is.
 */
export async function writeBackup(
  deployment: Deployment,
  directory: string,
  say: (text: string) => void,
): Promise<Manifest> {
  newDirectory(directory);
  const started_at = new Date().toISOString();
  const id = `${started_at.replaceAll(/[-:.]/g, '')}-${randomUUID().slice(0, 8)}`;
  const schema = await readSchema(deployment);
  if (schema.hasProgress)
    throw new Error(`${deployment.name} is being restored. Finish the restore first.`);
  if (schema.tables.length === 0) throw new Error(`${deployment.name} has no data.`);
  const migrations = await deployment.query<{ name: string }>(
    'select name from d1_migrations order by id',
  );
  const tables = await copyRows(deployment, directory, id, schema.tables);
  say(`Rows: ${sum(tables.map(({ count }) => count))} of ${tables.length} tables`);
  const sequences = await deployment.query<{ name: string; seq: number }>(
    'select name, seq from sqlite_sequence order by name',
  );
  const keys = await deployment.query<{ key_version: number }>(
    'select distinct key_version from secrets order by key_version',
  );
  const objects = await copyObjects(deployment, directory, id, say);
  const vectors = deployment.hasVectorize
    ? await writeLines(join(directory, vectorsName(id)), vectorLines(deployment))
    : null;
  const manifest: Manifest = {
    format: manifestFormat,
    version: manifestVersion,
    id,
    source: deployment.name,
    started_at,
    finished_at: new Date().toISOString(),
    migrations: migrations.map(({ name }) => name),
    key_versions: keys.map(({ key_version }) => key_version),
    tables,
    sequences: Object.fromEntries(
      sequences
        .filter(({ name }) => schema.tables.includes(name))
        .map(({ name, seq }) => [name, seq]),
    ),
    objects,
    vectors,
  };
  await writeJson(manifestPath(directory), manifest);
  await removeUnused(directory, id);
  return manifest;
}

/** Copies all rows. Begins again if rows to which copied rows refer were deleted in the meantime. */
async function copyRows(
  deployment: Deployment,
  directory: string,
  id: string,
  names: readonly string[],
): Promise<readonly TableOfBackup[]> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const references = await References.read(deployment, names);
    const tables: TableOfBackup[] = [];
    // Children first: what a row refers to is read after it.
    for (const name of names.toReversed()) {
      const columns = (await readColumns(deployment, name)).map((column) => column.name);
      const lines = references.follow(name, columns, readRows(deployment, name, columns));
      const checksum = await writeLines(join(directory, tableName(id, name)), lines);
      tables.unshift({ name, columns, ...checksum });
    }
    if (references.missing === 0) return tables;
  }
  throw new Error('Rows were deleted all the time while they were copied. Try again later.');
}

async function copyObjects(
  deployment: Deployment,
  directory: string,
  id: string,
  say: (text: string) => void,
): Promise<Manifest['objects']> {
  const known = await knownObjects(directory);
  const log = join(directory, `copied-${id}.ndjson`);
  const copied: ObjectOfBackup[] = [];
  let read = 0;
  await forEachOf(deployment.listObjects(), objectsAtOnce, async (listed) => {
    const before = known.get(nameOf(listed));
    if (before !== undefined && isStored(directory, before)) {
      copied.push({ ...listed, sha256: before.sha256 });
      return;
    }
    const body = await deployment.readObject(listed.key);
    // Deleted since it was listed.
    if (body === null) return;
    const { sha256, size } = await writeBlob(
      directory,
      `${id}-${copied.length}-${randomUUID()}`,
      body,
    );
    if (size !== listed.size) throw new Error(`${listed.key} has changed. Run the backup again.`);
    const object = { ...listed, sha256 };
    appendFileSync(log, `${JSON.stringify(object)}\n`, { mode: 0o600 });
    copied.push(object);
    read += 1;
  });
  copied.sort((a, b) => (a.key < b.key ? -1 : 1));
  const checksum = await writeLines(
    join(directory, objectsName(id)),
    (async function* () {
      for (const object of copied) yield JSON.stringify(object);
    })(),
  );
  say(`Objects: ${copied.length}, of which ${read} were copied`);
  return { ...checksum, byte_size: sum(copied.map(({ size }) => size)) };
}

const nameOf = ({ key, etag, size }: Pick<ObjectOfBackup, 'key' | 'etag' | 'size'>) =>
  JSON.stringify([key, etag, size]);

const isStored = (directory: string, { sha256, size }: ObjectOfBackup) =>
  statSync(blobPath(directory, sha256), { throwIfNoEntry: false })?.size === size;

/** Objects of the complete backup in the directory and of interrupted ones. */
async function knownObjects(directory: string): Promise<Map<string, ObjectOfBackup>> {
  const known = new Map<string, ObjectOfBackup>();
  const add = (line: string) => {
    const object = JSON.parse(line) as ObjectOfBackup;
    known.set(nameOf(object), object);
  };
  if (existsSync(manifestPath(directory))) {
    const { id } = await readManifest(directory);
    for await (const line of readLines(join(directory, objectsName(id)), objectsName(id)))
      add(line);
  }
  for (const name of readdirSync(directory).filter((one) => copiedName.test(one))) {
    const lines = readFileSync(join(directory, name), 'utf8').split('\n');
    // The last one may be cut off.
    for (const line of lines.slice(0, -1)) add(line);
  }
  return known;
}

/** Removes what the complete backup does not name. */
async function removeUnused(directory: string, id: string): Promise<void> {
  const used = new Set<string>();
  for await (const line of readLines(join(directory, objectsName(id)), objectsName(id)))
    used.add((JSON.parse(line) as ObjectOfBackup).sha256);
  for (const name of readdirSync(directory)) {
    if (copiedName.test(name) || (name.startsWith('data-') && name !== dataName(id)))
      removeTree(join(directory, name));
  }
  const blobs = join(directory, 'blobs');
  for (const entry of existsSync(blobs) ? readdirSync(blobs, { recursive: true }) : []) {
    const path = join(blobs, String(entry));
    if (statSync(path).isFile() && !used.has(String(entry).slice(3))) removeTree(path);
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
