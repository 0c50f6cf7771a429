import type { LanguageModelV4FilePart } from '@ai-sdk/provider';
import {
  extensionsOf,
  findFormat,
  formatOfContent,
  maxBytes,
  mediaTypeOf,
} from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { EgressError } from '../../platform/egress.ts';
import { referenceTo } from '../../runs/index.ts';
import { type AttachmentRow, bringFile, bringUpload } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { unknownFile, unsupported } from './errors.ts';
import { findExtractedFile, getFile } from './files.ts';

/** Maximum number of files and images in one request. */
const maxFiles = 20;
/** Time limit for a download including its redirects. */
const deadline_ms = 20 * second;
const redirects = 3;

/** A file of a request, from any source, with its position. */
export interface GivenFile {
  /** The part of the request; `filePartOf` looks the stored file up by it. */
  readonly part: object;
  /** JSON pointer of the part in the request. */
  readonly at: string;
  readonly kind: 'image' | 'file';
  readonly data?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly file_id?: string | null | undefined;
  readonly name?: string | null | undefined;
}

/** Returns the source of an image URL: inline data for a `data:` URL, otherwise a download. */
export const sourceOf = (url: string): Pick<GivenFile, 'data' | 'url'> =>
  /^data:/i.test(url) ? { data: url } : { url };

/** Prompt parts of stored files, by the parts of the requests. */
const promptParts = new WeakMap<object, LanguageModelV4FilePart>();

/**
 * Returns the prompt part of the file that `storeFiles` stored for a part of a request. Throws if
 * it was not stored.
 */
export function filePartOf(part: object): LanguageModelV4FilePart {
  const stored = promptParts.get(part);
  if (stored === undefined)
    throw new Error('a file of the request was not stored before its conversation was read');
  return stored;
}

/**
 * Stores the files of a request for its message and extracts their text. Throws `validation_failed` for a file that cannot
 * be downloaded or read, and `not_found` for an unknown file id.
 */
export async function storeFiles(ctx: Ctx, given: readonly GivenFile[]): Promise<AttachmentRow[]> {
  if (given.length > maxFiles)
    throw unsupported(given[maxFiles]?.at ?? '', `More than ${maxFiles} files are not supported.`);
  const stored: AttachmentRow[] = [];
  // Sequential, since a single file may use most of the memory.
  for (const file of given) {
    const row = await storeFile(ctx, file).catch((error: unknown) => {
      throw atPart(file, error);
    });
    promptParts.set(file.part, referenceTo(row));
    stored.push(row);
  }
  return stored;
}

/**
 * Throws as `storeFiles` does for files without exactly one source and for unknown file ids.
 * Downloads and reads nothing.
 */
export async function checkFiles(ctx: Ctx, given: readonly GivenFile[]): Promise<void> {
  for (const file of given) {
    checkSource(file);
    if (!file.file_id) continue;
    await getFile(ctx, file.file_id).catch((error: unknown) => {
      throw atPart(file, error);
    });
  }
}

function checkSource({ at, data, url, file_id }: GivenFile): void {
  if ([data, url, file_id].filter((source) => source != null && source !== '').length !== 1)
    throw unsupported(at, 'Exactly one source is required: inline data, a URL or a `file_id`.');
}

/** Maps an error of a file to a failure at its part of the request. */
function atPart({ at }: GivenFile, error: unknown): unknown {
  if (error instanceof EgressError)
    return unsupported(at, `The file could not be downloaded: ${error.message}`);
  if (!(error instanceof Failure) || error.status >= 500) return error;
  if (error.code === 'not_found') return unknownFile(`${at}/file_id`);
  return error.options.errors?.[0]?.pointer.startsWith(at)
    ? error
    : unsupported(at, error.options.errors?.[0]?.detail ?? error.message);
}

async function storeFile(ctx: Ctx, file: GivenFile): Promise<AttachmentRow> {
  checkSource(file);
  if (file.file_id) {
    const upload = await findExtractedFile(ctx, file.file_id);
    if (file.kind === 'image' && upload.kind !== 'image')
      throw unsupported(`${file.at}/file_id`, `${upload.name} is not an image.`);
    return bringUpload(ctx, upload);
  }
  const { bytes, media_type, name } = file.data
    ? decode(file, file.data)
    : await download(ctx, file, file.url ?? '');
  return bringFile(ctx, { ...typeOf(file, bytes, media_type, name), body: toParts(bytes) });
}

interface Raw {
  readonly bytes: Uint8Array;
  readonly media_type: string;
  readonly name: string | null;
}

const dataUrl = /^data:([\w.+/-]*)(?:;[\w.+-]+=[^;,]*)*;base64,/i;

/** Decodes base64 or a data URL. Throws `validation_failed` for other text. */
function decode({ at, name }: GivenFile, text: string): Raw {
  const [head = '', media_type = ''] = dataUrl.exec(text) ?? [];
  try {
    const binary = atob(text.slice(head.length));
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
    return { bytes, media_type: media_type.toLowerCase(), name: name ?? null };
  } catch {
    throw unsupported(at, 'Must be base64 or a data URL: `data:application/pdf;base64,…`.');
  }
}

async function download(ctx: Ctx, { at, kind, name }: GivenFile, address: string): Promise<Raw> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isOpen =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && ctx.config.allow_private_network);
  if (url === null || !isOpen)
    throw unsupported(
      at,
      'Must be an `https:` URL or a `data:…;base64,` URL; other URLs are not supported.',
    );
  const limits = {
    redirects,
    deadline_ms,
    max_bytes: maxBytes[kind === 'image' ? 'image' : 'document'],
  };
  const response = await ctx.egress.request(
    url.href,
    { headers: { accept: '*/*' }, signal: ctx.signal },
    limits,
  );
  if (!response.ok)
    throw unsupported(
      at,
      `The file could not be downloaded: the server returned status ${response.status}.`,
    );
  const bytes = new Uint8Array(await response.arrayBuffer());
  const media_type = mediaTypeOf(response.headers.get('content-type') ?? '');
  return { bytes, media_type, name: name ?? nameIn(new URL(response.url || url.href)) };
}

function nameIn({ pathname }: URL): string | null {
  const last = pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || null;
  } catch {
    return last || null;
  }
}

/** Returns the name and media type of the file as for an upload. A detected signature takes precedence over both. */
function typeOf(
  { at, kind }: GivenFile,
  bytes: Uint8Array,
  media_type: string,
  name: string | null,
) {
  const base = (name ?? kind).replace(/\.[A-Za-z0-9]{1,8}$/, '') || kind;
  const named = (extension: string) => ({ name: `${base}.${extension}`, media_type: '' });
  const detected = formatOfContent(bytes);
  if (kind === 'image' && detected?.kind !== 'image')
    throw unsupported(
      at,
      `The content is not a supported image. Supported image types: ${extensionsOf(['image']).join(' ')}.`,
    );
  if (detected !== null) return named(detected.extensions[0]);
  // Servers often send a generic type, so the extension of the name takes precedence.
  if (name !== null && /\.[A-Za-z0-9]{1,8}$/.test(name)) return { name, media_type: '' };
  const declared = findFormat(media_type);
  if (declared?.kind !== 'document')
    throw unsupported(
      at,
      `A file of type ${media_type || 'unknown'} requires a \`filename\` with a supported extension.`,
    );
  return named(declared.extensions[0]);
}

async function* toParts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
