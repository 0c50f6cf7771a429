import { batch as runBatch, type Statement } from '../../db/client.ts';
import { DocumentFault } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { NextStep } from '../../platform/next-step.ts';
import { second } from '../../shared/time.ts';
import { presentFields } from '../fields/schema.ts';
import { HostBusyError, SourceFault } from '../sources/fault.ts';
import { faultOfFailure } from '../sources/sync/fault-of-failure.ts';
import { uploadFile } from '../upload/upload.ts';
import type { BatchRow } from './batch-store.ts';
import { type EntryRow, recordFile, selectPending, updateEntry } from './entry-store.ts';
import { openContent } from './open-content.ts';
import type { BatchFaultCode } from './schema.ts';

/** Limits of one step, which is one job. Short, since it holds a consumer of the queue, for which other bases wait. */
const entriesPerStep = 50;
const stepFor = 2 * second;

/** Attempts to read an entry, and the pause before the next if nothing else is left. */
const maxTries = 3;
const pauseBetweenTries = 20 * second;

/** Maximum bytes of all entries of an archive after decompression. */
const maxReadBytes = 1024 * 1024 * 1024;

const skipCodes: ReadonlySet<BatchFaultCode> = new Set([
  'robots_disallowed',
  'redirected',
  'unsupported_media_type',
]);

export interface StoredEntries {
  readonly read_bytes: number;
  readonly next: NextStep;
}

/** Stores the next entries of a batch; null when none is left. Throws `quota_exceeded` as a `SourceFault`. */
export async function storeEntries(ctx: Ctx, batch: BatchRow): Promise<StoredEntries | null> {
  const entries = await selectPending(ctx.db, batch.id, entriesPerStep).all();
  const [first] = entries;
  if (first === undefined) return null;
  const pause = first.tries === 0 ? 0 : first.updated_at + pauseBetweenTries - ctx.now();
  const count = { read_bytes: batch.read_bytes };
  if (pause > 0) return { ...count, next: { delay_ms: pause } };
  const started = ctx.now();
  for (const entry of entries) {
    if (ctx.now() - started > stepFor) break;
    try {
      await storeEntry(ctx, batch, entry, count);
    } catch (error) {
      if (error instanceof HostBusyError) return { ...count, next: { delay_ms: error.wait_ms } };
      const delay_ms = await recordFault(ctx, entry, faultOfFailure(error));
      if (delay_ms !== null) return { ...count, next: { delay_ms } };
    }
  }
  return { ...count, next: 'now' };
}

/** Stores the content of an entry, and records it in the same batch, so that it is stored once. */
const storeEntry = (
  ctx: Ctx,
  batch: BatchRow,
  entry: EntryRow,
  count: { read_bytes: number },
): Promise<void> =>
  openContent(ctx, batch, entry, async ({ part, external_id, metadata, fields }) => {
    const { defaults } = batch;
    const { groups = defaults.groups } = entry.about;
    const given = { ...defaults.fields, ...entry.about.fields };
    const isArchived = batch.type === 'archive';
    const source = {
      part: isArchived ? { ...part, body: counted(part.body, count) } : part,
      external_id: entry.external_id ?? external_id,
      metadata: { ...metadata, ...defaults.metadata, ...entry.metadata },
      fields: { ...given, ...fields, ...presentFields(given) },
      groups,
    };
    await uploadFile(ctx, batch.base_id, source, (file): Statement[] => [
      recordFile(ctx.db, entry, {
        state: file.is_duplicate ? 'duplicate' : 'stored',
        file_id: file.id,
        updated_at: ctx.now(),
      }),
    ]);
  });

async function* counted(body: AsyncIterable<Uint8Array>, count: { read_bytes: number }) {
  for await (const bytes of body) {
    count.read_bytes += bytes.byteLength;
    if (count.read_bytes > maxReadBytes)
      throw new DocumentFault('too_large', 'The archive decompresses to more than 1 GB.');
    yield bytes;
  }
}

/** Records why an entry could not be stored. Returns the milliseconds to wait if the remote side asks for that. */
async function recordFault(ctx: Ctx, entry: EntryRow, error: unknown): Promise<number | null> {
  const isKnown = error instanceof SourceFault || error instanceof DocumentFault;
  if (!isKnown || error.code === 'quota_exceeded') throw error;
  const code = error.code as BatchFaultCode;
  const tries = entry.tries + 1;
  const changes = {
    tries,
    error_code: code,
    error_detail: error.message,
    updated_at: ctx.now(),
  };
  const isTemporary = error instanceof SourceFault && error.isTemporary && tries < maxTries;
  const state = skipCodes.has(code) ? 'skipped' : 'failed';
  await runBatch(ctx.db, [
    updateEntry(ctx.db, entry, isTemporary ? changes : { ...changes, state }),
  ]);
  return isTemporary && error instanceof SourceFault ? error.retryAfter_ms : null;
}
