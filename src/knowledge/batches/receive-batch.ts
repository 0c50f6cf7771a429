import {
  archiveType,
  decodeResponse,
  FileName,
  type FilePart,
  headBytes,
  originalKey,
  readForm,
  streamOf,
} from '../../documents/index.ts';
import { bodyViolations } from '../../http/violations.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, validationFailed } from '../../shared/failure.ts';
import { ManifestFault, type ManifestFormat, readManifest } from './manifest.ts';
import { Defaults, ListedFile, maxArchiveBytes } from './schema.ts';

/** Maximum bytes of a compressed tar archive after decompression. */
const maxTarBytes = 1024 * 1024 * 1024;
const maxListBytes = 5 * 1024 * 1024;
const maxFieldBytes = 20_000;

/** An archive whose bytes are stored, or a list of addresses. */
type ReceivedBatch =
  | {
      readonly type: 'archive';
      readonly archive_type: 'zip' | 'tar';
      readonly name: string;
      readonly byte_size: number;
      readonly sha256: string;
    }
  | { readonly type: 'list'; readonly name: string | null; readonly files: readonly ListedFile[] };

/** The same with what its files have unless they are given other values. */
export type BatchInput = ReceivedBatch & { readonly defaults?: Defaults | undefined };

/**
 * Reads the only file of a multipart request and stores an archive as the object of `object_id`; a compressed tar
 * archive without its compression, so that its entries can be read one by one. Throws 400, 413, 415 and 422.
 */
export async function receiveBatch(
  ctx: Ctx,
  object_id: string,
  request: Request,
): Promise<BatchInput> {
  const limits = { files: 1, fieldSize: maxFieldBytes };
  const { files, fields } = await readForm(request, ['defaults'], limits, (part) =>
    receivePart(ctx, object_id, part),
  );
  const [received] = files;
  if (received === undefined) throw invalid('/file', 'A part named `file` is required.');
  return fields.defaults === undefined
    ? received
    : { ...received, defaults: readDefaults(fields.defaults) };
}

/** Throws `validation_failed`. */
function readDefaults(text: string): Defaults {
  const given = jsonOf(text);
  const parsed = Defaults.safeParse(given);
  if (!parsed.success)
    throw validationFailed(
      bodyViolations(Defaults, parsed.error, given).map(({ pointer, detail }) => ({
        pointer: `/defaults${pointer}`,
        detail,
      })),
    );
  if (text.isWellFormed() && !/\\u0000|\0/.test(text)) return parsed.data;
  throw invalid('/defaults', 'Text must be well-formed without NUL.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function receivePart(ctx: Ctx, object_id: string, part: FilePart): Promise<ReceivedBatch> {
  const name = nameOf(part.name);
  const { head, body } = await peek(limited(part.body, maxArchiveBytes));
  const type = archiveType(head);
  if (type === null) {
    const format = /\.(jsonl|csv)$/i.exec(name)?.[1]?.toLowerCase();
    if (format === undefined) throw unsupported(`Unsupported file type: ${name}.`);
    return { type: 'list', name, files: await readList(body, format as ManifestFormat) };
  }
  const { archive_type, bytes } =
    type === 'gzip' ? await inflated(name, body) : { archive_type: type, bytes: body };
  const options = { media_type: 'application/octet-stream', limit: maxTarBytes };
  const stored = await ctx.files.put(originalKey(ctx.workspace_id, object_id), bytes, options);
  return { type: 'archive', archive_type, name, ...stored };
}

const unsupported = (what: string) =>
  new Failure(
    'unsupported_media_type',
    `${what} Supported: \`.zip\`, \`.tar\`, \`.tar.gz\`, and lists of addresses as \`.jsonl\` or \`.csv\`.`,
  );

function nameOf(path: string): string {
  const name = FileName.safeParse(path.split(/[\\/]/).at(-1));
  if (name.success) return name.data;
  throw invalid('/file', 'A file name must be one line of 1 to 255 visible characters.');
}

async function inflated(name: string, body: AsyncGenerator<Uint8Array>) {
  const stream = streamOf(body).pipeThrough(
    new DecompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const content = await peek(named(stream, name));
  if (archiveType(content.head) !== 'tar')
    throw unsupported(`The compressed file ${name} is not a tar archive.`);
  return { archive_type: 'tar', bytes: content.body } as const;
}

/** Gives the errors of the decompression, which have no type, their code. */
async function* named(stream: ReadableStream<Uint8Array>, name: string) {
  try {
    yield* stream;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw invalid('/file', `The compression of ${name} is damaged or truncated.`);
  }
}

async function* limited(body: AsyncIterable<Uint8Array>, limit: number) {
  let size = 0;
  for await (const bytes of body) {
    size += bytes.byteLength;
    if (size > limit) throw new Failure('too_large', `The file must have at most ${limit} bytes.`);
    yield bytes;
  }
}

/** Reads the first bytes, by which the type is recognized; `body` yields all bytes. */
async function peek(source: AsyncGenerator<Uint8Array>) {
  const pieces: Uint8Array[] = [];
  for (let size = 0; size < headBytes; ) {
    const { done, value } = await source.next();
    if (done) break;
    pieces.push(value);
    size += value.byteLength;
  }
  const head = new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  async function* body() {
    if (head.byteLength > 0) yield head as Uint8Array;
    yield* source;
  }
  return { head, body: body() };
}

async function readList(
  body: AsyncGenerator<Uint8Array>,
  format: ManifestFormat,
): Promise<readonly ListedFile[]> {
  const bytes = new Uint8Array(
    await new Response(streamOf(limited(body, maxListBytes))).arrayBuffer(),
  );
  const text = await decodeResponse(bytes, 'text/plain');
  try {
    return await readManifest(text, format, ListedFile, (file) => addressOf(file));
  } catch (error) {
    throw error instanceof ManifestFault ? invalid('/file', error.message) : error;
  }
}

/** The address of a file by which it is recognized. */
export const addressOf = ({ url, bucket, key }: ListedFile): string =>
  url ?? `r2://${bucket}/${key}`;
