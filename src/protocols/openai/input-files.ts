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
import { type AttachmentRow, fileOfUpload, storeRequestFile } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import { unknownFile, unsupported } from './errors.ts';
import { findReadFile, getFile } from './files.ts';

/** Files and images of one request. */
const mostFiles = 20;
/** Time for all redirects and the whole file. */
const deadline_ms = 20 * second;
const redirects = 3;

/** A file of a request, however it is given, and where it stands. */
export interface GivenFile {
  /** The part of the request, by which `filePartOf` finds what became of it. */
  readonly part: object;
  readonly at: string;
  readonly kind: 'image' | 'file';
  readonly data?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly file_id?: string | null | undefined;
  readonly name?: string | null | undefined;
}

/** Where an image is that is given as one URL. */
export const sourceOf = (url: string): Pick<GivenFile, 'data' | 'url'> =>
  /^data:/i.test(url) ? { data: url } : { url };

/** What became of the parts of requests that are being answered. */
const known = new WeakMap<object, LanguageModelV4FilePart>();

/** The file that was brought for a part of a request, as it stands in the prompt. */
export function filePartOf(part: object): LanguageModelV4FilePart {
  const brought = known.get(part);
  if (brought === undefined)
    throw new Error('a file of the request was not brought before its conversation was read');
  return brought;
}

/**
 * Stores and reads the files of a request, for the message that is sent with them. Throws `validation_failed` for what
 * cannot be fetched or read, `not_found` for an unknown file id.
 */
export async function bringFiles(ctx: Ctx, given: readonly GivenFile[]): Promise<AttachmentRow[]> {
  if (given.length > mostFiles)
    throw unsupported(
      given[mostFiles]?.at ?? '',
      `More than ${mostFiles} files are not supported.`,
    );
  const brought: AttachmentRow[] = [];
  // One after the other: each may be as large as the memory allows for one.
  for (const file of given) {
    const row = await bringOne(ctx, file).catch((error: unknown) => {
      throw atPart(file, error);
    });
    known.set(file.part, referenceTo(row));
    brought.push(row);
  }
  return brought;
}

/** Throws as `bringFiles` does for files without one source, and those that are not there; nothing is fetched or read. */
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
    throw unsupported(at, 'Exactly one source of the file is required.');
}

/** What is wrong with a file is told as a fault of the part that has it. */
function atPart({ at }: GivenFile, error: unknown): unknown {
  if (error instanceof EgressError)
    return unsupported(at, `The file could not be downloaded: ${error.message}`);
  if (!(error instanceof Failure) || error.status >= 500) return error;
  if (error.code === 'not_found') return unknownFile(`${at}/file_id`);
  return error.options.errors?.[0]?.pointer.startsWith(at)
    ? error
    : unsupported(at, error.options.errors?.[0]?.detail ?? error.message);
}

async function bringOne(ctx: Ctx, file: GivenFile): Promise<AttachmentRow> {
  checkSource(file);
  if (file.file_id) {
    const upload = await findReadFile(ctx, file.file_id);
    if (file.kind === 'image' && upload.kind !== 'image')
      throw unsupported(`${file.at}/file_id`, `${upload.name} is not an image.`);
    return fileOfUpload(ctx, upload);
  }
  const { bytes, media_type, name } = file.data
    ? decode(file, file.data)
    : await download(ctx, file, file.url ?? '');
  return storeRequestFile(ctx, { ...typeOf(file, bytes, media_type, name), body: toParts(bytes) });
}

interface Raw {
  readonly bytes: Uint8Array;
  readonly media_type: string;
  readonly name: string | null;
}

const dataUrl = /^data:([\w.+/-]*)(?:;[\w.+-]+=[^;,]*)*;base64,/i;

/** Base64 with or without a data URL around it. */
function decode({ at, name }: GivenFile, text: string): Raw {
  const [head = '', media_type = ''] = dataUrl.exec(text) ?? [];
  try {
    const binary = atob(text.slice(head.length));
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
    return { bytes, media_type: media_type.toLowerCase(), name: name ?? null };
  } catch {
    throw unsupported(
      at,
      'The data must be base64, or a data URL: `data:application/pdf;base64,…`.',
    );
  }
}

async function download(ctx: Ctx, { at, kind, name }: GivenFile, address: string): Promise<Raw> {
  const url = URL.canParse(address) ? new URL(address) : null;
  const isOpen =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && ctx.config.allow_private_network);
  if (url === null || !isOpen)
    throw unsupported(
      at,
      'The URL must be an `https:` or a `data:…;base64,` URL; others are not supported.',
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
  if (!response.ok) throw unsupported(at, `The server of the file answered ${response.status}.`);
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

/** Name and declared media type as an upload would have them. A signature overrules name and type. */
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
  // Servers often send a generic type: the extension of the name counts.
  if (name !== null && /\.[A-Za-z0-9]{1,8}$/.test(name)) return { name, media_type: '' };
  const declared = findFormat(media_type);
  if (declared?.kind !== 'document')
    throw unsupported(
      at,
      `A file of type ${media_type || 'unknown'} needs a \`filename\` with a supported extension.`,
    );
  return named(declared.extensions[0]);
}

async function* toParts(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
