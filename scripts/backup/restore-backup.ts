import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { objectsOf } from './check-backup.ts';
import type { Deployment } from './deployment.ts';
import { blobPath, checksumOf, digestOf, forEachOf, readLines } from './files.ts';
import { inBatches, insertStatements } from './insert-rows.ts';
import { type Manifest, tableName, vectorsName } from './manifest.ts';
import { applyMigrations, checkMigrations } from './migrations.ts';
import { Progress } from './progress.ts';
import type { StoredVector } from './protocol.ts';
import { readColumns, readRows, readSchema } from './tables.ts';

/** Objects that are stored at the same time, and vectors of one call. */
const objectsAtOnce = 8;
const vectorsAtOnce = 200;
/** R2 compares an object of at most this size with its checksum when it is stored. A larger one is read again. */
const comparedByR2 = 32 * 1024 * 1024;
/** Tables with rows in a deployment that has no workspace yet. */
const ownTables = ['quota_defaults', 'schedule_ticks', 'analytics_cursors'];

type Say = (text: string) => void;

/**
 * Restores a checked backup into an empty deployment: the tables of the migrations it was made with, then the rows without any
 * trigger, objects and vectors, then a comparison of all of them with the backup, then triggers, later migrations and the keyword
 * indexes. An interrupted restore is continued. Throws before anything is written if the deployment has data.
 */
export async function restoreBackup(
  deployment: Deployment,
  directory: string,
  manifest: Manifest,
  say: Say,
): Promise<void> {
  checkMigrations(manifest);
  if (manifest.has_no_vectors !== true && (manifest.vectors !== null) !== deployment.hasVectorize)
    throw new Error(
      manifest.vectors === null
        ? 'The backup has its vectors in the database, and this deployment uses Vectorize. Restore it into a local deployment.'
        : 'The backup has its vectors in Vectorize, and this deployment keeps them in the database. Restore it into an environment with Vectorize.',
    );
  const progress = await Progress.open(deployment, manifest);
  if (progress === null) {
    await assertEmpty(deployment);
    await dropTables(deployment);
  } else say('Continuing the interrupted restore');
  const current = progress ?? (await Progress.begin(deployment, manifest));
  if (!current.has('tables')) await createTables(deployment, manifest, current);
  if (!current.has('verified')) {
    await insertRows(deployment, directory, manifest, current);
    say(`Rows: ${manifest.tables.reduce((sum, { count }) => sum + count, 0)}`);
    await storeObjects(deployment, directory, manifest);
    say(`Objects: ${manifest.objects.count}`);
    await storeVectors(deployment, directory, manifest);
    await verifyRows(deployment, manifest);
    await current.mark('verified');
    say('Verified: every table and every object equals the backup');
  }
  if (!current.has('triggers')) {
    const { triggers } = current;
    const present = (await readSchema(deployment)).triggers;
    const absent = triggers.filter(([name]) => !present.has(name));
    await deployment.run([...absent.map(([, sql]) => ({ sql })), current.marking('triggers')]);
  }
  await applyMigrations(deployment);
  if (!current.has('keywords')) {
    await deployment.run([
      { sql: 'delete from keyword_progress' },
      { sql: 'update sessions set index_number = -abs(index_number) where index_number > 0' },
      current.marking('keywords'),
    ]);
  }
  while ((await deployment.rebuildKeywords()) > 0);
  say('Keyword indexes: built');
  await current.end();
}

async function assertEmpty(deployment: Deployment): Promise<void> {
  const { tables } = await readSchema(deployment);
  const filled = await deployment.run(
    tables.map((name) => ({ sql: `select exists (select 1 from "${name}") as filled` })),
  );
  const full = tables.filter(
    (name, index) => filled[index]?.[0]?.filled === 1 && !ownTables.includes(name),
  );
  if (full.length > 0)
    throw new Error(
      `${deployment.name} is not empty: it has rows in ${full.slice(0, 5).join(', ')}. Restore into an empty deployment.`,
    );
  for await (const { key } of deployment.listObjects())
    throw new Error(
      `${deployment.name} is not empty: its bucket has object ${key}. Restore into an empty deployment.`,
    );
}

/** Removes the tables of an empty deployment, which may be those of another release. */
async function dropTables(deployment: Deployment): Promise<void> {
  const { droppable } = await readSchema(deployment);
  for (const name of droppable) await deployment.run([{ sql: `drop table if exists "${name}"` }]);
  await deployment.run([{ sql: 'drop table if exists d1_migrations' }]);
}

/** Creates the tables without rows and without triggers. */
async function createTables(
  deployment: Deployment,
  manifest: Manifest,
  progress: Progress,
): Promise<void> {
  await applyMigrations(deployment, manifest.migrations);
  const { tables, triggers } = await readSchema(deployment);
  const unknown = manifest.tables.filter(({ name }) => !tables.includes(name));
  if (unknown.length > 0)
    throw new Error(`The migrations do not create ${unknown.map(({ name }) => name).join(', ')}.`);
  await deployment.run([
    ...[...triggers.keys()].map((name) => ({ sql: `drop trigger "${name}"` })),
    ...tables.toReversed().map((name) => ({ sql: `delete from "${name}"` })),
    progress.keeping([...triggers]),
    progress.marking('tables'),
  ]);
  progress.setTriggers([...triggers]);
}

async function insertRows(
  deployment: Deployment,
  directory: string,
  manifest: Manifest,
  progress: Progress,
): Promise<void> {
  for (const { name, columns, count } of manifest.tables) {
    let done = progress.linesOf(name);
    if (done >= count) continue;
    const all = await readColumns(deployment, name);
    const types = columns.map((column) => {
      const found = all.find((one) => one.name === column);
      if (found === undefined) throw new Error(`Table ${name} has no column ${column}.`);
      return found;
    });
    const file = tableName(manifest.id, name);
    for await (const lines of inBatches(skip(readLines(join(directory, file), file), done))) {
      done += lines.length;
      await deployment.run([
        ...insertStatements(name, types, lines),
        progress.countingLines(name, done),
      ]);
    }
  }
  await deployment.run(
    Object.entries(manifest.sequences).flatMap(([name, seq]) => [
      { sql: 'delete from sqlite_sequence where name = ?', params: [name] },
      { sql: 'insert into sqlite_sequence (name, seq) values (?, ?)', params: [name, seq] },
    ]),
  );
}

async function* skip(lines: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let index = 0;
  for await (const line of lines) {
    if (index >= count) yield line;
    index += 1;
  }
}

/** Stores the objects that are not stored yet. An object is stored completely or not at all. */
async function storeObjects(
  deployment: Deployment,
  directory: string,
  manifest: Manifest,
): Promise<void> {
  const stored = new Map<string, number>();
  for await (const { key, size } of deployment.listObjects()) stored.set(key, size);
  await forEachOf(objectsOf(directory, manifest), objectsAtOnce, async (object) => {
    if (stored.get(object.key) !== object.size)
      await deployment.putObject(object, createReadStream(blobPath(directory, object.sha256)));
    if (object.size <= comparedByR2) return;
    const body = await deployment.readObject(object.key);
    if (body === null || (await digestOf(body)).sha256 !== object.sha256)
      throw new Error(`Object ${object.key} was not stored as it is in the backup.`);
  });
}

async function storeVectors(
  deployment: Deployment,
  directory: string,
  manifest: Manifest,
): Promise<void> {
  if (manifest.vectors === null) return;
  const name = vectorsName(manifest.id);
  let batch: StoredVector[] = [];
  for await (const line of readLines(join(directory, name), name)) {
    batch.push(JSON.parse(line) as StoredVector);
    if (batch.length < vectorsAtOnce) continue;
    await deployment.writeVectors(batch);
    batch = [];
  }
  if (batch.length > 0) await deployment.writeVectors(batch);
}

async function verifyRows(deployment: Deployment, manifest: Manifest): Promise<void> {
  for (const { name, columns, count, sha256 } of manifest.tables) {
    const found = await checksumOf(readRows(deployment, name, columns));
    if (found.count !== count || found.sha256 !== sha256)
      throw new Error(`Table ${name} was not restored as it is in the backup.`);
  }
  const listed = new Set<string>();
  for await (const { key } of deployment.listObjects()) listed.add(key);
  if (listed.size !== manifest.objects.count)
    throw new Error(
      `The bucket has ${listed.size} objects, and the backup has ${manifest.objects.count}.`,
    );
}
