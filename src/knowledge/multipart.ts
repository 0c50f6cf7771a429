import { Busboy } from '@fastify/busboy';
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
  const files: Promise<Received>[] = [];
  const fields: Record<string, string> = {};
  let refused: Error | null = null;
  const refuse = (error: Error) => {
    refused ??= error;
  };
  const parser = openParser(request, limits);
  let previous: Promise<unknown> = Promise.resolve();
  parser.on('file', (field, body, name, _encoding, media_type) => {
    if (field !== 'file' || !name) {
      refuse(field === 'file' ? invalid('/file', 'A file needs a filename.') : unknownPart(field));
      body.resume();
      return;
    }
    // One after the other: the next body is not touched before the last is stored.
    const received = previous.then(() => receive({ name, media_type, body }));
    received.catch((error: Error) => {
      refuse(error);
      body.resume();
    });
    files.push(received);
    previous = received.catch(() => undefined);
  });
  parser.on('field', (name, value, _nameTruncated, isTruncated) => {
    if (!fieldNames.includes(name)) refuse(name === 'file' ? invalid('/file', 'A file needs a filename.') : unknownPart(name));
    else if (name in fields) refuse(invalid(`/${name}`, 'A field may be given once.'));
    else if (isTruncated) refuse(invalid(`/${name}`, `A field may have at most ${limits.fieldSize} bytes.`));
    else fields[name] = value;
  });
  parser.on('filesLimit', () => refuse(invalid('/file', `A request may have at most ${limits.files} files.`)));
  parser.on('partsLimit', () => refuse(invalid('', 'There are too many parts.')));
  try {
    await pump(request, parser, () => refused);
    const settled = await Promise.all(files);
    if (refused !== null) throw refused;
    return { files: settled, fields };
  } finally {
    await Promise.allSettled(files);
  }
}

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

/** Feeds the parser no faster than it takes, and stops as soon as something is refused. */
async function pump(request: Request, parser: Busboy, refused: () => Error | null): Promise<void> {
  const finished = new Promise<void>((resolve, reject) => {
    parser.once('finish', resolve);
    parser.once('error', (error) =>
      reject(new Failure('malformed_request', 'The multipart body is malformed or cut off.', { cause: error })),
    );
  });
  finished.catch(() => undefined);
  for await (const bytes of request.body ?? []) {
    if (refused() !== null) break;
    if (!parser.write(bytes)) await Promise.race([new Promise<void>((resolve) => parser.once('drain', resolve)), finished]);
  }
  const error = refused();
  if (error !== null) {
    parser.destroy();
    throw error;
  }
  parser.end();
  await finished;
}
