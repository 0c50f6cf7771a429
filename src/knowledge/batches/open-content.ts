import type { FileFields } from '../../db/schema/knowledge.ts';
import { documentName, type EntryPlace, type FilePart, openEntry } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Content } from '../sources/connector.ts';
import { readWebDocument } from '../sources/connectors/read-web-document.ts';
import { SourceFault } from '../sources/fault.ts';
import { fileName } from '../sources/sync/file-name.ts';
import { fieldsOf } from '../sources/sync/store-content.ts';
import type { BatchRow } from './batch-store.ts';
import type { EntryLocation, EntryRow } from './entry-store.ts';
import { archiveOf } from './list-entries.ts';

/** Milliseconds between the pages that a batch requests from one host. */
const delay_ms = 1000;

/** The content of an entry, with the metadata that it has by itself. */
interface Opened {
  readonly part: FilePart;
  readonly external_id: string | null;
  readonly metadata: Record<string, unknown>;
  readonly fields: FileFields;
}

/** Opens the content of an entry and passes it to `store`. Throws `SourceFault`, `HostBusyError` and `DocumentFault`. */
export async function openContent(
  ctx: Ctx,
  batch: BatchRow,
  entry: EntryRow,
  store: (content: Opened) => Promise<void>,
): Promise<void> {
  const location = entry.location as unknown as EntryLocation;
  if (location.type === 'url') return openUrl(ctx, location.url, entry, store);
  if (location.type === 'object') return openObject(ctx, location, entry, store);
  const metadata = entry.path.includes('/') ? { path: entry.path } : {};
  const body = openEntry(archiveOf(ctx, batch), location as EntryPlace);
  await store({
    part: { name: nameOf(entry, lastOf(entry.path)), media_type: '', body },
    external_id: null,
    metadata,
    fields: {},
  });
}

/** A name that was given gets the extension of the content if it has none of a supported format. */
function nameOf({ name }: Pick<EntryRow, 'name'>, actual: string): string {
  if (name === null) return fileName(actual);
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(actual)?.[0] ?? '';
  return fileName(documentName(name, '') === null ? `${name}${extension}` : name);
}

const lastOf = (path: string) => path.split('/').at(-1) ?? path;

async function openUrl(
  ctx: Ctx,
  url: string,
  entry: EntryRow,
  store: (content: Opened) => Promise<void>,
): Promise<void> {
  const page = { key: url, file_id: null, etag: null, last_modified: null };
  const outcome = await readWebDocument(ctx, page, delay_ms, async (content) => {
    await store({
      part: partOf(entry, content),
      external_id: url.length <= 255 ? url : null,
      metadata: { url, ...(content.title === null ? {} : { title: content.title }) },
      fields: fieldsOf(content),
    });
    return { kind: 'unchanged' };
  });
  if (outcome.kind === 'gone')
    throw new SourceFault('not_found', 'The server returned HTTP 404 or 410.');
}

function partOf(entry: EntryRow, { name, body }: Content): FilePart {
  if (typeof body !== 'string')
    return { name: nameOf(entry, name), media_type: body.media_type, body: body.stream };
  return { name: nameOf(entry, name), media_type: '', body: new Blob([body]).stream() };
}

async function openObject(
  ctx: Ctx,
  { bucket, key }: Extract<EntryLocation, { type: 'object' }>,
  entry: EntryRow,
  store: (content: Opened) => Promise<void>,
): Promise<void> {
  const object = await ctx.buckets.get(bucket, key);
  if (object === null)
    throw new SourceFault('not_found', `Bucket ${bucket} has no object with this key.`);
  try {
    await store({
      part: { name: nameOf(entry, lastOf(key)), media_type: '', body: object.body },
      external_id: entry.path.length <= 255 ? entry.path : null,
      metadata: { url: entry.path },
      fields: {},
    });
  } finally {
    await object.body.cancel().catch(() => undefined);
  }
}
