import type { Statement } from '../../db/client.ts';
import {
  type ArchiveEntry,
  DocumentFault,
  embeddedFormatOf,
  isSeen,
  listTar,
  listZip,
  originalKey,
} from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { second } from '../../shared/time.ts';
import { type BatchRow, updatePosition } from './batch-store.ts';
import { insertEntries, type NewEntry } from './entry-store.ts';
import { type BatchFaultCode, maxEntries } from './schema.ts';

/** Limits of one step, which is one job. */
const entriesPerStep = 2000;
const stepFor = 10 * second;

const maxPathChars = 1000;

/** Random access to the archive of a batch. */
export const archiveOf = (ctx: Ctx, { object_id, byte_size }: BatchRow) => ({
  byte_size,
  async read(offset: number, length: number): Promise<ReadableStream<Uint8Array>> {
    const range = { offset, length: Math.min(length, byte_size - offset) };
    if (range.length <= 0) return new Blob([]).stream();
    const key = originalKey(ctx.workspace_id, object_id ?? '');
    const found = await ctx.files.get(key, range);
    if (found === null) throw new DocumentFault('gone', 'The archive no longer exists.');
    return found.body;
  },
});

/** Lists the next part of the archive. Its end is the position at which the manifest is read. Throws `DocumentFault`. */
export async function listPart(ctx: Ctx, batch: BatchRow): Promise<Statement[]> {
  const archive = archiveOf(ctx, batch);
  const started = ctx.now();
  const { entries, next } =
    batch.archive_type === 'zip'
      ? { entries: await listZip(archive, maxEntries), next: null }
      : await listTar(archive, batch.position, entriesPerStep, () => ctx.now() - started > stepFor);
  const files = entries
    .map((entry) => ({ ...entry, path: cleanPath(entry.path) }))
    .filter(({ path }) => path !== '' && !path.endsWith('/'));
  const entry_count = batch.entry_count + files.length;
  if (entry_count > maxEntries)
    throw new DocumentFault('too_large', `The archive has more than ${maxEntries} files.`);
  const rows = files.map((entry, index) => toNewEntry(entry, batch.entry_count + index));
  return [
    ...(insertEntries(ctx.db, batch, rows, ctx.now()) as unknown as Statement[]),
    updatePosition(ctx.db, batch, { position: next ?? batch.byte_size, entry_count }),
  ];
}

/** Archives made on Windows have backslashes, those of `tar .` begin with `./`, and hostile ones with `../`. */
const cleanPath = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .replace(/^(?:\.{0,2}\/)+/, '')
    .replaceAll(/\p{Cc}/gu, '')
    .slice(0, maxPathChars)
    .toWellFormed();

function toNewEntry({ path, place, fault }: ArchiveEntry, ordinal: number): NewEntry {
  const refused = refusalOf(path, fault);
  return {
    ordinal,
    path,
    name: null,
    external_id: null,
    metadata: {},
    about: {},
    location: place,
    state: refused === null ? 'pending' : refused.code === 'unreadable' ? 'failed' : 'skipped',
    error_code: refused?.code ?? null,
    error_detail: refused?.detail ?? null,
  };
}

function refusalOf(
  path: string,
  fault: string | null,
): { readonly code: BatchFaultCode; readonly detail: string } | null {
  if (!isSeen(path))
    return {
      code: 'hidden_file',
      detail: 'Hidden files and those of operating systems are not stored.',
    };
  const format = embeddedFormatOf(path, '');
  if (typeof format === 'string' && !/(?:^|\/)manifest\.(?:jsonl|csv)$/.test(path))
    return { code: 'unsupported_media_type', detail: format };
  return fault === null ? null : { code: 'unreadable', detail: fault };
}
