import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum } from './files.ts';
import { DamagedBackupError, readJson } from './files.ts';
import type { ListedObject } from './protocol.ts';

export const manifestFormat = 'agentgrid-backup';
/** Version of the files of a backup. A later version is refused. */
export const manifestVersion = 1;

export interface TableOfBackup extends Checksum {
  readonly name: string;
  /** Names of the values of a line, in their order. */
  readonly columns: readonly string[];
}

export interface Manifest {
  readonly format: typeof manifestFormat;
  readonly version: number;
  readonly id: string;
  readonly source: string;
  readonly started_at: string;
  readonly finished_at: string;
  /** Names of the migrations that made the tables, in their order. */
  readonly migrations: readonly string[];
  /** Versions of ENCRYPTION_KEYS under which secrets are sealed. */
  readonly key_versions: readonly number[];
  readonly tables: readonly TableOfBackup[];
  /** The highest number that was given to a row of a table, also if the row was deleted since. */
  readonly sequences: Readonly<Record<string, number>>;
  readonly objects: Checksum & { readonly byte_size: number };
  /** Vectors of Vectorize; null when vectors are rows of the database. */
  readonly vectors: Checksum | null;
  /** True for the archive of a workspace, whose vectors are computed after the restore, wherever they are kept. */
  readonly has_no_vectors?: boolean;
}

/** A line of the list of objects. */
export interface ObjectOfBackup extends ListedObject {
  readonly sha256: string;
}

export const manifestPath = (directory: string) => join(directory, 'manifest.json');
export const dataName = (id: string) => `data-${id}`;
export const tableName = (id: string, table: string) => `${dataName(id)}/${table}.ndjson.gz`;
export const objectsName = (id: string) => `${dataName(id)}/_objects.ndjson.gz`;
export const vectorsName = (id: string) => `${dataName(id)}/_vectors.ndjson.gz`;

/** Reads the manifest. Throws for a directory without a complete backup, and for one of a later release. */
export async function readManifest(directory: string): Promise<Manifest> {
  const manifest = await readJson<Manifest>(manifestPath(directory)).catch(() => {
    throw new DamagedBackupError('manifest.json', 'is not valid JSON');
  });
  if (!existsSync(directory)) throw new Error(`${directory} does not exist.`);
  if (manifest === null)
    throw new Error(
      `${directory} has no complete backup: manifest.json is missing. Run the backup again to complete it.`,
    );
  if (manifest.format !== manifestFormat)
    throw new DamagedBackupError('manifest.json', 'is not the manifest of a backup');
  if (manifest.version > manifestVersion)
    throw new Error(
      `The backup has format ${manifest.version}; this release reads format ${manifestVersion}. Use the release that made it, or a later one.`,
    );
  return manifest;
}
