import { Failure } from '../shared/failure.ts';
import type { DocumentFormat, Format, FormatKind } from './format.ts';
import { allFormats } from './formats.ts';
import { extensionOf, refusalText } from './refusals.ts';
import { headBytes } from './signature.ts';
import { extensionsOf } from './supported.ts';

const unsupported = (detail: string) => new Failure('unsupported_media_type', detail);

const undeclared = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

/** The media type of a `content-type` header, in lower case and without parameters. */
export const mediaTypeOf = (contentType: string): string =>
  (contentType.split(';')[0] ?? '').trim().toLowerCase();

/**
 * Returns the format that a file's name has, if it is of one of `kinds` and the declared media type
 * agrees. Throws 415 with the supported extensions.
 */
export function identifyFormat(
  name: string,
  declared: string,
  kinds: readonly FormatKind[],
): Format {
  const format = formatOfExtension(name, kinds);
  if (format === undefined) {
    const refusal = refusalText(name, extensionsOf(kinds));
    throw unsupported(
      `Unsupported file type: ${name}.${refusal === null ? '' : ` ${refusal}`} Supported types: ${extensionsOf(kinds).join(' ')}.`,
    );
  }
  const type = mediaTypeOf(declared);
  if (!undeclared.has(type) && type !== format.media_type && !format.aliases.includes(type))
    throw unsupported(`Content type ${type} does not match the file extension of ${name}.`);
  return format;
}

const formatOfExtension = (name: string, kinds: readonly FormatKind[]): Format | undefined =>
  allFormats.find(
    ({ kind, extensions }) => kinds.includes(kind) && extensions.includes(extensionOf(name)),
  );

/**
 * Returns the document format of a file inside of another one: by its extension, else by the media type
 * that its container declares; a sentence for a file whose text cannot be extracted.
 */
export function embeddedFormatOf(name: string, media_type: string): DocumentFormat | string {
  const kinds = ['document'] as const;
  const refusal = refusalText(name, extensionsOf(kinds));
  const format =
    formatOfExtension(name, kinds) ??
    (refusal === null ? findFormat(mediaTypeOf(media_type)) : null);
  return format?.kind === 'document'
    ? format
    : (refusal ?? 'Files of this type are not supported.');
}

/** Throws 415 when the first bytes of a file contradict its format. */
export function checkHead(name: string, format: Format, head: Uint8Array): void {
  const fault = format.checkHead(head);
  if (fault !== null) throw unsupported(`${name} ${fault}.`);
}

/** Returns the format whose signature the content has; null when no signature identifies it. */
export const formatOfContent = (bytes: Uint8Array): Format | null => {
  const head = bytes.subarray(0, headBytes);
  return allFormats.find(({ hasSignature }) => hasSignature?.(head) === true) ?? null;
};

/** Returns the format that is stored under a media type; null for any other type. */
export const findFormat = (media_type: string): Format | null =>
  allFormats.find((format) => format.media_type === media_type) ?? null;

/** Returns the format of a stored file. */
export function formatOf(media_type: string): Format {
  const format = findFormat(media_type);
  if (format === null) throw new Error(`no format is stored as ${media_type}`);
  return format;
}

/** Returns the format of a stored document. */
export function documentFormatOf(media_type: string): DocumentFormat {
  const format = formatOf(media_type);
  if (format.kind !== 'document') throw new Error(`${media_type} is not a document format`);
  return format;
}
