import { encodingOf, type FilePart, readForm, textPart } from '../../documents/index.ts';
import { invalid } from '../../shared/failure.ts';
import {
  ExternalId,
  FileGroups,
  FileMetadata,
  type FileUpload,
  maxFilesPerRequest,
} from '../schema.ts';
import type { StoredFile, Upload, UploadSource } from './upload-input.ts';

const maxFieldBytes = 20_000;

/** A request, without what the base adds to it. */
type ReadUpload = Omit<Upload, 'default_groups'>;

/** Stores the bytes of one file. */
export type Receive = (part: FilePart) => Promise<StoredFile>;

/** Reads a request, JSON or multipart, and passes each file to `receive` as it arrives. Throws 400, 413, 415 and 422. */
export const readUpload = (source: UploadSource, receive: Receive): Promise<ReadUpload> =>
  'body' in source ? readBody(source.body, receive) : readRequest(source.request, receive);

async function readBody(
  { name, text, external_id, metadata = {}, groups }: FileUpload,
  receive: Receive,
): Promise<ReadUpload> {
  const file = await receive(textPart({ name, text }));
  return { files: [file], external_id: external_id ?? null, encoding: null, metadata, groups };
}

async function readRequest(request: Request, receive: Receive): Promise<ReadUpload> {
  const limits = { files: maxFilesPerRequest, fieldSize: maxFieldBytes };
  const { files, fields } = await readForm(
    request,
    ['external_id', 'encoding', 'metadata', 'groups'],
    limits,
    receive,
  );
  if (files.length === 0) throw invalid('/file', 'At least one part named `file` is required.');
  const external_id = fields.external_id ?? null;
  if (external_id !== null && files.length > 1)
    throw invalid('/external_id', '`external_id` is allowed only when uploading one file.');
  if (external_id !== null && !isText(external_id, ExternalId))
    throw invalid('/external_id', 'Must be 1 to 255 characters of well-formed text.');
  const encoding = fields.encoding === undefined ? null : readEncoding(fields.encoding);
  return {
    files,
    external_id,
    encoding,
    metadata: fields.metadata === undefined ? {} : readMetadata(fields.metadata),
    groups: fields.groups === undefined ? undefined : readGroups(fields.groups),
  };
}

function readEncoding(label: string): string {
  const encoding = encodingOf(label);
  if (encoding === null)
    throw invalid(
      '/encoding',
      'Unknown encoding. Use a label of the WHATWG Encoding Standard, such as windows-1250.',
    );
  return encoding;
}

const isText = (text: string, schema: { safeParse: (value: unknown) => { success: boolean } }) =>
  text.isWellFormed() && !text.includes('\0') && schema.safeParse(text).success;

function readMetadata(text: string): Record<string, unknown> {
  try {
    const result = FileMetadata.safeParse(JSON.parse(text));
    if (result.success && text.isWellFormed() && !/\\u0000|\0/.test(text)) return result.data;
  } catch {
    // Invalid JSON gets the same answer as an invalid shape.
  }
  throw invalid(
    '/metadata',
    'Must be a JSON object with at most 50 short values or lists of them.',
  );
}

function readGroups(text: string): string[] | null {
  try {
    const result = FileGroups.safeParse(JSON.parse(text));
    if (result.success) return result.data;
  } catch {
    // As above.
  }
  throw invalid(
    '/groups',
    'Must be a JSON list of at most 50 different names of up to 64 ASCII letters, digits and `_ . : @ / -`, or null.',
  );
}
