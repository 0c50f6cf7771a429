import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { makeUsable } from './archived-workspace.ts';
import { newDirectory, removeTree, writeBlob, writeJson, writeLines } from './files.ts';
import {
  type Manifest,
  manifestFormat,
  manifestPath,
  manifestVersion,
  type ObjectOfBackup,
  objectsName,
  type TableOfBackup,
  tableName,
} from './manifest.ts';
import { migrationNames } from './migrations.ts';
import { DamagedArchiveError, type ReadEntry, readTar } from './read-tar.ts';
import { Scratch } from './scratch.ts';
import { readColumns, readRows, readSchema } from './tables.ts';

/** The first and the last entry of an archive. */
interface ArchiveManifest {
  readonly format: string;
  readonly version: number;
  readonly workspace_id: string;
  readonly export_id: string;
  readonly created_at: string;
  readonly schema_version: string;
}

interface ArchiveEnd {
  readonly rows: Readonly<Record<string, number>>;
  readonly object_count: number;
  readonly object_bytes: number;
}

type Value = string | number | null;

/** Bytes of an entry with text; a page of rows has about 1 MB, and a row at most 2. */
const textLimit = 64 * 1024 * 1024;
const pageName = /^tables\/([a-z_]+)\/\d+\.ndjson$/;

/**
 * Writes the archive of a workspace as a backup, which `npm run restore` puts into an empty deployment. Throws for an archive that is
 * damaged, not complete or of a later release; the directory is then not accepted as a backup. Returns a key of the workspace.
 */
export async function unpackArchive(
  archive: string,
  directory: string,
  say: (text: string) => void,
): Promise<string> {
  if (!existsSync(archive)) throw new Error(`${archive} does not exist.`);
  newDirectory(directory);
  if (readdirSync(directory).length > 0)
    throw new Error(`${directory} is not empty. Name a new directory.`);
  try {
    return await unpack(archive, directory, say);
  } catch (error) {
    removeTree(directory);
    throw error;
  }
}

async function unpack(archive: string, directory: string, say: (text: string) => void) {
  const path = join(directory, 'scratch.sqlite');
  const entries = readTar(archive);
  const manifest = await readManifest((await entries.next()).value ?? null);
  const migrations = migrationsOf(manifest);
  const scratch = new Scratch(path, migrations);
  try {
    const reader = new ArchiveReader(scratch, directory, manifest);
    for await (const entry of entries) await reader.read(entry);
    reader.finish();
    const { key, notes } = makeUsable(scratch, manifest.workspace_id);
    for (const note of notes) say(note);
    await writeJson(
      manifestPath(directory),
      await writeManifest(scratch, directory, manifest, migrations, reader.objects),
    );
    say(`${reader.rowCount} rows and ${reader.objects.length} objects`);
    return key;
  } finally {
    scratch.close();
    removeTree(path);
  }
}

async function readManifest(entry: ReadEntry | null): Promise<ArchiveManifest> {
  if (entry?.name !== 'manifest.json') throw new DamagedArchiveError('it has no manifest');
  const manifest = (await readJson(entry)) as ArchiveManifest;
  if (manifest.format !== 'agentgrid-workspace')
    throw new DamagedArchiveError('it is not the archive of a workspace');
  if (manifest.version !== 1)
    throw new Error(
      `The archive has format ${manifest.version}; this release reads format 1. Use the release that made it, or a later one.`,
    );
  return manifest;
}

/** The migrations that made the tables of the archive. */
function migrationsOf({ schema_version }: ArchiveManifest): readonly string[] {
  const known = migrationNames();
  const last = known.indexOf(schema_version);
  if (last === -1)
    throw new Error(
      `The archive was made by a later release: this one has no migration ${schema_version}. Use the release that made it, or a later one.`,
    );
  return known.slice(0, last + 1);
}

async function readText({ name, byte_size, body }: ReadEntry): Promise<string> {
  if (byte_size > textLimit) throw new DamagedArchiveError(`${name} is too large`);
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

async function readJson(entry: ReadEntry): Promise<unknown> {
  try {
    return JSON.parse(await readText(entry));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new DamagedArchiveError(`${entry.name} is not valid JSON`);
    throw error;
  }
}

class ArchiveReader {
  readonly #scratch: Scratch;
  readonly #directory: string;
  readonly #workspace_id: string;
  readonly #rows: Record<string, number> = {};
  #end: ArchiveEnd | null = null;
  readonly objects: ObjectOfBackup[] = [];

  constructor(scratch: Scratch, directory: string, { workspace_id }: ArchiveManifest) {
    this.#scratch = scratch;
    this.#directory = directory;
    this.#workspace_id = workspace_id;
  }

  get rowCount(): number {
    return Object.values(this.#rows).reduce((sum, count) => sum + count, 0);
  }

  async read(entry: ReadEntry): Promise<void> {
    const [, table] = pageName.exec(entry.name) ?? [];
    if (this.#end !== null) throw new DamagedArchiveError('entries follow its end');
    if (table !== undefined) this.#insert(table, entry.name, await readText(entry));
    else if (entry.name.startsWith('objects/')) await this.#store(entry);
    else if (entry.name === 'end.json') this.#end = (await readJson(entry)) as ArchiveEnd;
    else throw new DamagedArchiveError(`${entry.name} does not belong to it`);
  }

  /** Throws unless everything that the archive counts was read. */
  finish(): void {
    if (this.#end === null) throw new DamagedArchiveError('it is truncated');
    const { rows, object_count, object_bytes } = this.#end;
    for (const table of new Set([...Object.keys(rows), ...Object.keys(this.#rows)]))
      if (rows[table] !== this.#rows[table])
        throw new DamagedArchiveError(
          `table ${table} has ${this.#rows[table] ?? 0} rows in place of ${rows[table] ?? 0}`,
        );
    const found = this.objects.reduce((sum, { size }) => sum + size, 0);
    if (object_count !== this.objects.length || object_bytes !== found)
      throw new DamagedArchiveError(
        `it has ${this.objects.length} objects in place of ${object_count}`,
      );
    if (this.#rows.workspaces !== 1) throw new DamagedArchiveError('it has no workspace');
  }

  #insert(table: string, name: string, text: string): void {
    const columns = this.#scratch.columnsOf(table);
    const owner = table === 'workspaces' ? 'id' : 'workspace_id';
    if (!columns.includes(owner))
      throw new DamagedArchiveError(`${table} is not a table of workspaces`);
    try {
      const rows = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, Value>);
      for (const row of rows) {
        if (row[owner] !== this.#workspace_id) throw new Error('has a row of another workspace');
        if (Object.keys(row).sort().join() !== columns.toSorted().join())
          throw new Error('does not have the columns of the table');
      }
      this.#scratch.insert(table, rows);
      this.#rows[table] = (this.#rows[table] ?? 0) + rows.length;
    } catch (error) {
      throw new DamagedArchiveError(
        `${name}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #store({ name, byte_size, body }: ReadEntry): Promise<void> {
    const key = keyOf(name);
    const owned = [`${this.#workspace_id}/`, `usage-archives/${this.#workspace_id}/`];
    if (!owned.some((prefix) => key.startsWith(prefix)))
      throw new DamagedArchiveError(`${name} belongs to another workspace`);
    const { sha256, size } = await writeBlob(
      this.#directory,
      randomUUID(),
      Readable.from(body, { objectMode: false }),
    );
    if (size !== byte_size) throw new DamagedArchiveError(`${name} is not complete`);
    this.objects.push({ key, size, etag: sha256, content_type: null, metadata: {}, sha256 });
  }
}

/** The key of the object of an entry, in which `/` after the first is `.`. */
function keyOf(entry: string): string {
  const [, first = '', rest = ''] = entry.split('/');
  // Only the names of archives of usage have a `.` of their own.
  return `${first}/${first === 'usage-archives' ? rest.replace('.', '/') : rest.replaceAll('.', '/')}`;
}

async function writeManifest(
  scratch: Scratch,
  directory: string,
  { workspace_id, export_id, created_at }: ArchiveManifest,
  migrations: readonly string[],
  unsorted: readonly ObjectOfBackup[],
): Promise<Manifest> {
  const id = `${export_id}-${randomUUID().slice(0, 8)}`;
  const tables: TableOfBackup[] = [];
  const { tables: names } = await readSchema(scratch);
  for (const name of names) {
    const columns = (await readColumns(scratch, name)).map((column) => column.name);
    const rows = readRows(scratch, name, columns);
    tables.push({
      name,
      columns,
      ...(await writeLines(join(directory, tableName(id, name)), rows)),
    });
  }
  const objects = unsorted.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const checksum = await writeLines(
    join(directory, objectsName(id)),
    (async function* () {
      for (const object of objects) yield JSON.stringify(object);
    })(),
  );
  return {
    format: manifestFormat,
    version: manifestVersion,
    id,
    source: `workspace ${workspace_id}`,
    started_at: created_at,
    finished_at: created_at,
    migrations,
    key_versions: [],
    tables,
    sequences: Object.fromEntries(
      scratch
        .all<{ name: string; seq: number }>('select name, seq from sqlite_sequence')
        .filter(({ name }) => names.includes(name))
        .map(({ name, seq }) => [name, seq]),
    ),
    objects: { ...checksum, byte_size: objects.reduce((sum, { size }) => sum + size, 0) },
    vectors: null,
    has_no_vectors: true,
  };
}
