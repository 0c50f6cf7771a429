import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { drain } from '../http/body.ts';
import { Failure, invalid } from '../shared/failure.ts';

export interface FilePart {
  readonly name: string;
  readonly media_type: string;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface FormLimits {
  readonly files: number;
  /** Bytes of a text field. */
  readonly fieldSize: number;
}

export interface Form<Received> {
  readonly files: readonly Received[];
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads multipart/form-data as it comes: `receive` gets every `file` part in turn and must read its
 * body to the end; meanwhile the sender waits. Fields are those named. Throws 400, 413 and 422.
 */
export async function readForm<Received>(
  request: Request,
  fieldNames: readonly string[],
  limits: FormLimits,
  receive: (part: FilePart) => Promise<Received>,
): Promise<Form<Received>> {
  const parser = openParser(request, limits);
  const refusal = new Refusal();
  const fields = collectFields(parser, fieldNames, limits, refusal);
  const { files, bodies } = receiveFiles(parser, refusal, receive);
  parser.on('filesLimit', () => refusal.refuse(invalid('/file', `A request may have at most ${limits.files} files.`)));
  parser.on('partsLimit', () => refusal.refuse(invalid('', 'There are too many parts.')));
  const reader = request.body?.getReader();
  try {
    await pump(reader, parser, refusal);
    const received = await Promise.race([Promise.all(files), refusal.thrown]);
    refusal.check();
    return { files: received, fields };
  } catch (error) {
    // Parts that will get no more bytes would be waited for without end.
    for (const body of bodies) body.destroy(error as Error);
    await Promise.allSettled(files);
    reader?.releaseLock();
    await drain(request.body);
    throw error;
  }
}

/** The first thing that is wrong with a form; whatever comes after it is not looked at. */
class Refusal {
  readonly #first = Promise.withResolvers<never>();
  #error: Error | null = null;

  constructor() {
    this.#first.promise.catch(() => undefined);
  }

  refuse(error: Error): void {
    this.#error ??= error;
    this.#first.reject(error);
  }

  /** Never resolves; rejects with what is wrong. */
  get thrown(): Promise<never> {
    return this.#first.promise;
  }

  check(): void {
    if (this.#error !== null) throw this.#error;
  }
}

function collectFields(parser: Busboy, names: readonly string[], limits: FormLimits, refusal: Refusal): Record<string, string> {
  const fields: Record<string, string> = {};
  parser.on('field', (name, value, _nameTruncated, isTruncated) => {
    if (!names.includes(name)) refusal.refuse(name === 'file' ? invalid('/file', 'A file needs a filename.') : unknownPart(name));
    else if (name in fields) refusal.refuse(invalid(`/${name}`, 'A field may be given once.'));
    else if (isTruncated) refusal.refuse(invalid(`/${name}`, `A field may have at most ${limits.fieldSize} bytes.`));
    else fields[name] = value;
  });
  return fields;
}

function receiveFiles<Received>(parser: Busboy, refusal: Refusal, receive: (part: FilePart) => Promise<Received>) {
  const files: Promise<Received>[] = [];
  const bodies: BusboyFileStream[] = [];
  let previous: Promise<unknown> = Promise.resolve();
  parser.on('file', (field, body, name, _encoding, media_type) => {
    bodies.push(body);
    // The parser only says that a part is cut off; its reader would wait on, and may not have begun.
    body.on('error', (error) => body.destroy(cutOff(error)));
    if (field !== 'file' || !name)
      return refusal.refuse(field === 'file' ? invalid('/file', 'A file needs a filename.') : unknownPart(field));
    // One after the other: the next body is not touched before the last is stored.
    const received = previous.then(() => {
      refusal.check();
      return receive({ name, media_type, body });
    });
    received.catch((error: Error) => refusal.refuse(error));
    files.push(received);
    previous = received.catch(() => undefined);
  });
  return { files, bodies };
}

const cutOff = (cause: unknown) =>
  cause instanceof Failure ? cause : new Failure('malformed_request', 'The multipart body is malformed or cut off.', { cause });

const unknownPart = (name: string) => invalid(`/${name}`, 'There is no such field.');

function openParser(request: Request, { files, fieldSize }: FormLimits): Busboy {
  const type = request.headers.get('content-type') ?? '';
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: { files, fieldSize, fields: 20, parts: files + 20, fieldNameSize: 100, headerPairs: 100, headerSize: 16_384 },
    });
  } catch (error) {
    throw new Failure('malformed_request', 'The multipart body has no boundary.', { cause: error });
  }
}

/** Feeds the parser no faster than it takes. Throws as soon as something is refused. */
async function pump(reader: ReadableStreamDefaultReader<Uint8Array> | undefined, parser: Busboy, refusal: Refusal): Promise<void> {
  const finished = new Promise<void>((resolve) => {
    parser.once('finish', resolve);
    parser.on('error', (error) => refusal.refuse(cutOff(error)));
  });
  for (;;) {
    // Not raced with a refusal: a stream takes one read at a time, and what is left is read by `drain`.
    const read = await reader?.read();
    refusal.check();
    if (read?.value === undefined) break;
    const drained = parser.write(read.value) ? null : new Promise<void>((resolve) => parser.once('drain', resolve));
    if (drained !== null) await Promise.race([drained, refusal.thrown]);
  }
  parser.end();
  await Promise.race([finished, refusal.thrown]);
}
