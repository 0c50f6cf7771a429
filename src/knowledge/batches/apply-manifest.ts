import type { Statement } from '../../db/client.ts';
import { decodeResponse, type EntryPlace, openEntry } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { type BatchRow, updateBatch } from './batch-store.ts';
import { applyLines, type EntryRow, selectManifests, updateEntry } from './entry-store.ts';
import { archiveOf } from './list-entries.ts';
import { ManifestFault, type ManifestFormat, readManifest } from './manifest.ts';
import { aboutFile, ManifestLine } from './schema.ts';

const maxManifestBytes = 5 * 1024 * 1024;

/**
 * Ends the listing of an archive: gives the entries what its manifest has about them. Paths are relative to the
 * folder of the manifest: the root, or the only folder in it that has one. Throws `ManifestFault`.
 */
export async function applyManifest(ctx: Ctx, batch: BatchRow): Promise<Statement[]> {
  const listed = updateBatch(ctx.db, batch, { is_listed: true, updated_at: ctx.now() });
  const manifest = manifestOf(await selectManifests(ctx.db, batch.id).all());
  if (manifest === null) return [listed];
  const { path } = manifest;
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const format = path.endsWith('.csv') ? 'csv' : 'jsonl';
  const lines = await linesOf(ctx, batch, manifest, format);
  const located = lines.map((line) => ({
    ...line,
    about: aboutFile(line),
    path: folder + line.path.replace(/^\.?\//, ''),
  }));
  const skipped = {
    state: 'skipped',
    error_code: 'manifest',
    error_detail: 'The manifest of the archive.',
    updated_at: ctx.now(),
  } as const;
  return [
    updateEntry(ctx.db, manifest, skipped),
    ...(applyLines(ctx.db, batch, located, batch.entry_count, ctx.now()) as unknown as Statement[]),
    listed,
  ];
}

function manifestOf(candidates: readonly EntryRow[]): EntryRow | null {
  const depthOf = ({ path }: EntryRow) => path.split('/').length;
  const atRoot = candidates.filter((one) => depthOf(one) === 1);
  const below = candidates.filter((one) => depthOf(one) === 2);
  const found = atRoot.length > 0 ? atRoot : below;
  if (found.length > 1 && found === atRoot)
    throw new ManifestFault('The archive has both `manifest.jsonl` and `manifest.csv`.');
  return found.length === 1 ? (found[0] ?? null) : null;
}

async function linesOf(
  ctx: Ctx,
  batch: BatchRow,
  { path, location }: EntryRow,
  format: ManifestFormat,
): Promise<readonly ManifestLine[]> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of openEntry(archiveOf(ctx, batch), location as unknown as EntryPlace)) {
    size += bytes.byteLength;
    if (size > maxManifestBytes)
      throw new ManifestFault(`${path} has more than ${maxManifestBytes} bytes.`);
    pieces.push(bytes);
  }
  const whole = new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  const text = await decodeResponse(whole, 'text/plain');
  try {
    return await readManifest(text, format, ManifestLine, (line) => line.path);
  } catch (error) {
    if (!(error instanceof ManifestFault)) throw error;
    const advice = 'Correct it, or rename it if it is a document.';
    throw new ManifestFault(`${path}: ${error.message} ${advice}`);
  }
}
