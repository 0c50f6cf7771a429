import type { ExportPart, ExportPosition } from '../../db/schema/workspace-exports.ts';
import type { Ctx } from '../../platform/context.ts';
import { excludedTables } from './excluded.ts';
import type { ExportRow } from './store.ts';
import { exportedTables, schemaVersion, selectPage } from './tables.ts';
import { tarEnd, tarEntry } from './tar.ts';

/** Format of the archive and its version. */
const archiveFormat = { format: 'agentgrid-workspace', version: 1 } as const;

/** Bytes of the content of a part after which it ends, about, and the limit of a stored part. */
const partBytes = 32 * 1024 * 1024;
const storedLimit = 6 * 1024 * 1024 * 1024;
/** Bytes of a page of rows, about, its first number of rows and the largest. */
const pageBytes = 1_000_000;
const firstRows = 16;
const maxRows = 2000;
const objectsAtOnce = 100;

export interface WrittenPart {
  readonly part: ExportPart;
  readonly position: ExportPosition;
  readonly rows: Record<string, number>;
  readonly object_count: number;
  readonly object_bytes: number;
  /** True for the last part. */
  readonly isLast: boolean;
}

/** Prefixes of the objects of a workspace. */
const prefixesOf = (workspace_id: string) => [
  `${workspace_id}/`,
  `usage-archives/${workspace_id}/`,
];

/** Objects of exports, which no export contains. */
export const exportPrefix = (workspace_id: string) => `${workspace_id}/exports/`;

/**
 * Writes the next part of an archive: a gzip member with entries of a tar archive, one page or one object in memory at a time. The
 * object has a name of its own, so that an attempt that was overtaken overwrites nothing.
 */
export async function writePart(ctx: Ctx, row: ExportRow): Promise<WrittenPart> {
  const writer = new PartWriter(ctx, row, await exportedTables(ctx.db));
  const key = `${exportPrefix(row.workspace_id)}${row.id}/${ctx.newId('job')}`;
  const body = streamOf(writer.entries()).pipeThrough(
    new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const { byte_size } = await ctx.files.put(key, body, {
    media_type: 'application/gzip',
    limit: storedLimit,
  });
  const { position, rows, object_count, object_bytes, isLast } = writer;
  return { part: { key, byte_size }, position, rows, object_count, object_bytes, isLast };
}

const streamOf = (pieces: AsyncGenerator<Uint8Array>) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });

class PartWriter {
  readonly #ctx: Ctx;
  readonly #id: string;
  readonly #workspace_id: string;
  readonly #tables: readonly string[];
  readonly #isFirst: boolean;
  #written = 0;
  isLast = false;
  position: ExportPosition;
  readonly rows: Record<string, number>;
  object_count: number;
  object_bytes: number;

  constructor(ctx: Ctx, row: ExportRow, tables: readonly string[]) {
    this.#ctx = ctx;
    this.#id = row.id;
    this.#workspace_id = row.workspace_id;
    this.#tables = tables;
    this.#isFirst = row.position === null;
    this.position = row.position ?? { table: tables[0] ?? '', page: 1, after: 0 };
    this.rows = { ...row.rows };
    this.object_count = row.object_count;
    this.object_bytes = row.object_bytes;
  }

  /** Yields entries until the part is full or the archive complete. */
  async *entries(): AsyncGenerator<Uint8Array> {
    if (this.#isFirst) yield* this.#json('manifest.json', await this.#manifest());
    while (this.#written < partBytes) {
      if ('table' in this.position) yield* this.#page(this.position);
      else if ('prefix' in this.position) yield* this.#objects(this.position);
      else {
        const { rows, object_count, object_bytes } = this;
        yield* this.#json('end.json', { rows, object_count, object_bytes });
        yield tarEnd();
        this.isLast = true;
        return;
      }
    }
  }

  async #manifest() {
    return {
      ...archiveFormat,
      workspace_id: this.#workspace_id,
      export_id: this.#id,
      created_at: new Date(this.#ctx.now()).toISOString(),
      schema_version: await schemaVersion(this.#ctx.db),
      tables: this.#tables,
      excluded_tables: excludedTables,
    };
  }

  async *#page({ table, page, after }: Extract<ExportPosition, { table: string }>) {
    const lines: string[] = [];
    let [size, last, isDone] = [0, after, false];
    for (let limit = firstRows; size < pageBytes && !isDone; limit = nextLimit(limit, size)) {
      const rows = await selectPage(this.#ctx.db, table, this.#workspace_id, last, limit);
      for (const { 'row number': number, ...row } of rows) {
        const line = `${JSON.stringify(row)}\n`;
        lines.push(line);
        size += line.length;
        last = number;
      }
      isDone = rows.length < limit;
    }
    if (lines.length > 0) {
      yield* this.#text(`tables/${table}/${String(page).padStart(6, '0')}.ndjson`, lines.join(''));
      this.rows[table] = (this.rows[table] ?? 0) + lines.length;
    }
    this.position = isDone ? this.#afterTable(table) : { table, page: page + 1, after: last };
  }

  #afterTable(table: string): ExportPosition {
    const next = this.#tables[this.#tables.indexOf(table) + 1];
    return next === undefined ? { prefix: 0, after: null } : { table: next, page: 1, after: 0 };
  }

  async *#objects({ prefix, after }: Extract<ExportPosition, { prefix: number }>) {
    const name = prefixesOf(this.#workspace_id)[prefix];
    if (name === undefined) {
      this.position = { is_end: true };
      return;
    }
    const keys = await this.#ctx.files.list(name, after, objectsAtOnce);
    for (const key of keys) {
      this.position = { prefix, after: key };
      if (key.startsWith(exportPrefix(this.#workspace_id))) continue;
      const object = await this.#ctx.files.get(key);
      // Deleted since it was listed.
      if (object === null) continue;
      const { body, byte_size } = object;
      yield* this.#counted(tarEntry({ name: entryOf(key), byte_size, body }));
      this.object_count += 1;
      this.object_bytes += byte_size;
      if (this.#written >= partBytes) return;
    }
    if (keys.length < objectsAtOnce) this.position = { prefix: prefix + 1, after: null };
  }

  #json(name: string, value: unknown) {
    return this.#text(name, `${JSON.stringify(value, null, 2)}\n`);
  }

  #text(name: string, text: string) {
    const bytes = new TextEncoder().encode(text);
    return this.#counted(tarEntry({ name, byte_size: bytes.byteLength, body: [bytes] }));
  }

  async *#counted(pieces: AsyncGenerator<Uint8Array>) {
    for await (const bytes of pieces) {
      this.#written += bytes.byteLength;
      yield bytes;
    }
  }
}

/** An object can have a key that continues that of another, which a directory of files cannot: `/` after the first is `.`. */
const entryOf = (key: string) => {
  const [first = '', ...rest] = key.split('/');
  return `objects/${first}/${rest.join('.')}`;
};

/** The number of rows of the next read, so that it returns about `pageBytes`. */
const nextLimit = (limit: number, size: number) =>
  Math.max(1, Math.min(maxRows, 4 * limit, Math.floor((limit * pageBytes) / Math.max(size, 1))));
