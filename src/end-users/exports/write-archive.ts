import { sql } from 'drizzle-orm';
import { originalKey } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { toBase64Url } from '../../shared/digest.ts';
import { type Section, sections } from './sections.ts';
import { endExport, keyOfExport, selectExport } from './store.ts';

const rowsAtOnce = 200;
const limit = 2 * 1024 * 1024 * 1024;

type Row = Record<string, unknown>;

/** The rows of a section, without secrets. Values that are JSON are parsed. */
async function* rowsOf(
  { db, workspace_id }: Ctx,
  end_user_id: string,
  { table, key, where, without = [] }: Section,
): AsyncGenerator<Row> {
  const [name, column] = [sql.raw(table), sql.raw(key)];
  const left_out = new Set(['workspace_id', ...without]);
  for (let after = ''; ; ) {
    const rows = await db.all<Row>(
      sql`select * from ${name} where ${where(workspace_id, end_user_id)} and ${column} > ${after} order by ${column} limit ${rowsAtOnce}`,
    );
    for (const row of rows)
      yield Object.fromEntries(
        Object.entries(row).flatMap(([field, value]) =>
          left_out.has(field) ? [] : [[field, parsed(value)]],
        ),
      );
    const last = rows.at(-1)?.[key];
    if (rows.length < rowsAtOnce || typeof last !== 'string') return;
    after = last;
  }
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The content of a file as lines of at most some hundred kilobytes, base64url. */
async function* partsOf(ctx: Ctx, kind: string, file_id: string, object_id: string) {
  const object = await ctx.files.get(originalKey(ctx.workspace_id, object_id));
  if (object === null) return;
  let part = 0;
  for await (const bytes of object.body) {
    for (let at = 0; at < bytes.byteLength; at += 300_000) {
      part += 1;
      const data = toBase64Url(bytes.subarray(at, at + 300_000));
      yield { kind: 'file_content', of: kind, file_id, part, data };
    }
  }
}

/** The object that holds the content of a row's file; null for a row without one. */
function objectOf(kind: string, row: Row): string | null {
  const id = kind === 'generated_file' ? row.id : row.object_id;
  const isFile = kind === 'attachment' || kind === 'one_off_file' || kind === 'generated_file';
  return isFile && typeof id === 'string' ? id : null;
}

async function* linesOf(ctx: Ctx, end_user_id: string, counts: Record<string, number>) {
  const encoder = new TextEncoder();
  const encode = (line: object) => encoder.encode(`${JSON.stringify(line)}\n`);
  yield encode({ kind: 'export', format: 1, end_user_id, created_at: new Date(ctx.now()) });
  for (const section of sections)
    for await (const row of rowsOf(ctx, end_user_id, section)) {
      counts[section.kind] = (counts[section.kind] ?? 0) + 1;
      yield encode({ kind: section.kind, ...row });
      const object_id = objectOf(section.kind, row);
      if (object_id === null) continue;
      for await (const part of partsOf(ctx, section.kind, String(row.id), object_id))
        yield encode(part);
    }
}

/** Writes the archive of an export. After an interruption it is written again. */
async function writeArchive(ctx: Ctx, export_id: string): Promise<void> {
  const { db, files, workspace_id } = ctx;
  const found = await selectExport(db, workspace_id, export_id).get();
  // Erased, maybe after an attempt that wrote the archive and was interrupted.
  if (found === undefined) return files.remove([keyOfExport(workspace_id, export_id)]);
  if (found.status !== 'running' || found.object_key === null) return;
  const counts: Record<string, number> = {};
  const lines = linesOf(ctx, found.end_user_id, counts);
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
  const body = stream.pipeThrough(
    new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const written = await files.put(found.object_key, body, {
    media_type: 'application/gzip',
    limit,
  });
  const [ended] = await endExport(db, workspace_id, export_id, {
    status: 'completed',
    completed_at: ctx.now(),
    counts,
    ...written,
  });
  // The end user was erased in the meantime.
  if (ended === undefined) await files.remove([found.object_key]);
}

export const exportJob: JobHandler<'end_user.export'> = {
  run: (ctx, { export_id }) => writeArchive(ctx, export_id),
  onExhausted: async (ctx, { export_id }) => {
    await endExport(ctx.db, ctx.workspace_id, export_id, { status: 'failed' });
  },
};
