import type { Readable } from 'node:stream';
import busboy, { type Busboy } from 'busboy';
import { drain, drainBytes } from '../../http/body.ts';
import { Failure, invalid } from '../../shared/failure.ts';

export interface FilePart {
  readonly name: string;
  readonly media_type: string;
  readonly body: AsyncIterable<Uint8Array>;
}

export interface FormLimits {
  readonly files: number;
  /** Maximum bytes of a text field. */
  readonly fieldSize: number;
}

export interface Form<Received> {
  readonly files: readonly Received[];
  readonly fields: Readonly<Record<string, string>>;
}

/** The rest of a form behind a file that was not read to its end is too large to be skipped. */
export class LongRestError extends Failure {
  constructor() {
    super('too_large', 'The form has more than 32 MB behind a file that is refused.');
  }
}

/**
 * Streams multipart/form-data: `receive` is called with each `file` part in turn, under
 * back-pressure; unread rest of a part is skipped. Accepts text fields in `fieldNames` only. Throws
 * 400, 413 and 422.
 */
export async function readForm<Received>(
  request: Request,
  fieldNames: readonly string[],
  limits: FormLimits,
  receive: (part: FilePart) => Promise<Received>,
): Promise<Form<Received>> {
  const form = new FormReader(request, fieldNames, limits);
  try {
    const files: Received[] = [];
    for (let part = await form.nextFile(); part !== null; part = await form.nextFile())
      files.push(await receive(part));
    return { files, fields: form.fields };
  } catch (error) {
    form.release();
    if (error instanceof LongRestError) void request.body?.cancel().catch(() => undefined);
    else await drain(request.body);
    throw error;
  }
}

/** A file whose bytes are still arriving. */
interface Incoming {
  readonly name: string;
  readonly media_type: string;
  readonly pieces: Uint8Array[];
  isEnded: boolean;
}

/**
 * Reads the request only on demand, so that a waiting consumer waits for the sender alone. The
 * parser's own streams always flow: none of them can block another.
 */
class FormReader {
  readonly fields: Record<string, string> = {};
  readonly #files: Incoming[] = [];
  readonly #parser: Busboy;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #failed = Promise.withResolvers<never>();
  readonly #finished = Promise.withResolvers<void>();
  #current: Incoming | undefined;
  #error: Error | null = null;
  #isEnded = false;
  /** Bytes of files that were not read to their end. */
  #skipped = 0;

  constructor(request: Request, fieldNames: readonly string[], limits: FormLimits) {
    this.#parser = openParser(request, limits);
    this.#failed.promise.catch(() => undefined);
    this.#parser.on('file', (field, body, { filename, mimeType }) =>
      this.#addFile(field, body, filename, mimeType),
    );
    this.#parser.on('field', (name, value, { valueTruncated }) =>
      this.#addField(fieldNames, limits, name, value, valueTruncated),
    );
    this.#parser.on('filesLimit', () =>
      this.#fail(invalid('/file', `A request may have at most ${limits.files} files.`)),
    );
    this.#parser.on('partsLimit', () => this.#fail(invalid('', 'The form has too many parts.')));
    this.#parser.on('error', (error: unknown) => this.#fail(cutOff(error)));
    this.#parser.once('finish', this.#finished.resolve);
    this.#reader = request.body?.getReader();
  }

  /** Skips the rest of the current file and returns the next one; null after the last. */
  async nextFile(): Promise<FilePart | null> {
    while (this.#current !== undefined && !this.#current.isEnded) {
      this.#current.pieces.length = 0;
      this.#skipped += await this.#readOn();
      if (this.#skipped > drainBytes) throw new LongRestError();
    }
    while (this.#files.length === 0 && !this.#isEnded) await this.#readOn();
    this.#current = this.#files.shift();
    if (this.#current === undefined) return null;
    const { name, media_type } = this.#current;
    return { name, media_type, body: this.#bytesOf(this.#current) };
  }

  /** Releases the lock, so that the rest of the request can be drained. */
  release(): void {
    this.#reader?.releaseLock();
  }

  async *#bytesOf(file: Incoming): AsyncGenerator<Uint8Array> {
    for (;;) {
      const bytes = file.pieces.shift();
      if (bytes !== undefined) yield bytes;
      else if (file.isEnded) return;
      else await this.#readOn();
    }
  }

  /**
   * Feeds the next piece of the request, or its end, to the parser. Throws the first error of the
   * form. Returns the number of bytes.
   */
  async #readOn(): Promise<number> {
    const read = await this.#reader?.read();
    const value = read?.value;
    if (value === undefined) {
      this.#isEnded = true;
      this.#parser.end();
    }
    const taken =
      value === undefined
        ? this.#finished.promise
        : new Promise<void>((resolve) => this.#parser.write(value, () => resolve()));
    await Promise.race([taken, this.#failed.promise]);
    if (this.#error !== null) throw this.#error;
    return value?.byteLength ?? 0;
  }

  #addFile(field: string, body: Readable, name: string | undefined, media_type: string): void {
    body.on('error', (error) => this.#fail(cutOff(error)));
    if (field !== 'file' || !name)
      this.#fail(
        field === 'file'
          ? invalid('/file', 'A file part requires a `filename`.')
          : unknownPart(field),
      );
    const file: Incoming = { name: name ?? '', media_type, pieces: [], isEnded: false };
    body.on('data', (bytes: Uint8Array) => void file.pieces.push(bytes));
    body.on('end', () => {
      file.isEnded = true;
    });
    this.#files.push(file);
  }

  #addField(
    names: readonly string[],
    limits: FormLimits,
    name: string,
    value: string,
    isCut: boolean,
  ): void {
    if (!names.includes(name))
      this.#fail(
        name === 'file'
          ? invalid('/file', 'A file part requires a `filename`.')
          : unknownPart(name),
      );
    else if (name in this.fields)
      this.#fail(invalid(`/${name}`, 'The field may be sent only once.'));
    else if (isCut)
      this.#fail(invalid(`/${name}`, `The field may have at most ${limits.fieldSize} bytes.`));
    else this.fields[name] = value;
  }

  /** Keeps the first error; later ones are ignored. */
  #fail(error: Error): void {
    this.#error ??= error;
    this.#failed.reject(this.#error);
  }
}

const cutOff = (cause: unknown) =>
  cause instanceof Failure
    ? cause
    : new Failure('malformed_request', 'The multipart body is malformed or truncated.', { cause });

const unknownPart = (name: string | undefined) => invalid(`/${name ?? ''}`, 'Unknown field.');

function openParser(request: Request, { files, fieldSize }: FormLimits): Busboy {
  const type = request.headers.get('content-type') ?? '';
  try {
    return busboy({
      headers: { 'content-type': type },
      defParamCharset: 'utf8',
      limits: { files, fieldSize, fields: 20, parts: files + 21 },
    });
  } catch (error) {
    throw new Failure('malformed_request', 'The multipart body has no boundary.', { cause: error });
  }
}
