import {
  encodingOf,
  type FilePart,
  LongRestError,
  readForm,
  textPart,
} from '../../documents/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { formFieldNames, readFormFields } from '../fields/form.ts';
import { splitFields } from '../fields/schema.ts';
import {
  ExternalId,
  FileGroups,
  FileMetadata,
  maxFilesPerRequest,
  type RefusedFile,
  refusalCodes,
} from '../file-schema.ts';
import { isStored, type StoredFile, type Upload, type UploadSource } from './upload-input.ts';

const maxFieldBytes = 20_000;

/** A request, without what the base adds to it. */
type ReadUpload = Omit<Upload, 'default_groups'>;

/** Stores the bytes of one file. */
export type Receive = (part: FilePart) => Promise<StoredFile>;

/**
 * Passes each file to `receive` as it arrives: text, one stream, or the parts of a multipart request, of which
 * some may be refused. Throws 400, 413, 415 and 422.
 */
export async function readUpload(source: UploadSource, receive: Receive): Promise<ReadUpload> {
  if ('request' in source) return readRequest(source.request, receive);
  if ('part' in source) {
    const { part, ...rest } = source;
    const defaults = { encoding: null, fields: {}, groups: undefined };
    return { entries: [await receive(part)], ...defaults, ...rest };
  }
  const { fields, rest } = splitFields(source.body);
  const { external_id = null, metadata = {}, groups, ...text } = rest;
  return {
    entries: [await receive(textPart(text))],
    encoding: null,
    external_id,
    metadata,
    fields,
    groups,
  };
}

/** Returns the reason for which one file of several is refused. Throws any other error. */
function refusalOf({ name }: FilePart, error: unknown): RefusedFile & { failure: Failure } {
  const code = refusalCodes.find((one) => error instanceof Failure && error.code === one);
  if (code === undefined) throw error;
  const failure = error as Failure;
  const shown = name.slice(0, 255).toWellFormed();
  return { name: shown, error: { code, detail: failure.message }, failure };
}

/** The error of an upload without a file that can be stored. */
function refusedUpload(refused: readonly { readonly failure: Failure }[]): Failure {
  const [first] = refused;
  if (first === undefined) return invalid('/file', 'At least one part named `file` is required.');
  if (refused.length === 1) return first.failure;
  const codes = new Set(refused.map(({ failure }) => failure.code));
  return new Failure(
    codes.size === 1 ? first.failure.code : 'validation_failed',
    `None of the ${refused.length} files can be stored. ${first.failure.message}`,
    {
      errors: refused.map(({ failure }, index) => ({
        pointer: `/file/${index}`,
        detail: failure.message,
      })),
    },
  );
}

async function readRequest(request: Request, receive: Receive): Promise<ReadUpload> {
  const limits = { files: maxFilesPerRequest, fieldSize: maxFieldBytes };
  const refused: ReturnType<typeof refusalOf>[] = [];
  const { files: entries, fields } = await readForm(
    request,
    ['external_id', 'encoding', 'metadata', 'groups', ...formFieldNames],
    limits,
    (part) =>
      receive(part).catch((error: unknown): RefusedFile => {
        const { failure, ...refusal } = refusalOf(part, error);
        refused.push({ failure, ...refusal });
        return refusal;
      }),
  ).catch((error: unknown) => {
    // The only file that has been sent so far was refused for a reason of its own.
    const [first] = refused;
    throw error instanceof LongRestError && refused.length === 1 && first !== undefined
      ? first.failure
      : error;
  });
  if (!entries.some(isStored)) throw refusedUpload(refused);
  const external_id = fields.external_id ?? null;
  if (external_id !== null && entries.length > 1)
    throw invalid('/external_id', '`external_id` is allowed only when uploading one file.');
  if (external_id !== null && !isText(external_id, ExternalId))
    throw invalid('/external_id', 'Must be 1 to 255 characters of well-formed text.');
  const encoding = fields.encoding === undefined ? null : readEncoding(fields.encoding);
  return {
    entries,
    external_id,
    encoding,
    metadata: fields.metadata === undefined ? {} : readMetadata(fields.metadata),
    fields: readFormFields(fields),
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
