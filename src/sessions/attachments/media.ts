import {
  documentType,
  type FileType,
  kindOfMediaType,
  servedTypeOf,
  servedTypes,
} from '../../documents/index.ts';
import { Failure } from '../../shared/failure.ts';

export type AttachmentKind = 'document' | 'image';

/**
 * Bytes of an image: in base64 it is a third longer, and 5 MB of that is the least that a provider
 * takes (Anthropic, "Vision").
 */
export const maxImageBytes = 3_750_000;

interface ImageType {
  readonly media_type: string;
  readonly extensions: readonly string[];
  readonly begins: (head: Uint8Array) => boolean;
}

const hasBytes = (head: Uint8Array, at: number, ...bytes: readonly number[]) =>
  bytes.every((byte, index) => head[at + index] === byte);

/** What OpenAI, Anthropic and Google all take. SVG is not among them: it is a program. */
const imageTypes: readonly ImageType[] = [
  {
    media_type: 'image/png',
    extensions: ['png'],
    begins: (head) => hasBytes(head, 0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  },
  {
    media_type: 'image/jpeg',
    extensions: ['jpg', 'jpeg'],
    begins: (head) => hasBytes(head, 0, 0xff, 0xd8, 0xff),
  },
  {
    media_type: 'image/webp',
    extensions: ['webp'],
    begins: (head) =>
      hasBytes(head, 0, 0x52, 0x49, 0x46, 0x46) && hasBytes(head, 8, 0x57, 0x45, 0x42, 0x50),
  },
  {
    media_type: 'image/gif',
    extensions: ['gif'],
    begins: (head) =>
      hasBytes(head, 0, 0x47, 0x49, 0x46, 0x38) &&
      (head[4] === 0x37 || head[4] === 0x39) &&
      head[5] === 0x61,
  },
];

const imageNames = imageTypes.flatMap(({ extensions }) =>
  extensions.map((extension) => `.${extension}`),
);

const undeclared = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

const unsupported = (detail: string) => new Failure('unsupported_media_type', detail);

/** What a file with this name and declared type may be: an image, or a document as knowledge takes it. Throws 415. */
export function attachmentType(name: string, declared: string): FileType {
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const image = imageTypes.find(({ extensions }) => extensions.includes(extension));
  if (image === undefined) return documentType(name, declared, imageNames);
  const type = (declared.split(';')[0] ?? '').trim().toLowerCase();
  if (
    !undeclared.has(type) &&
    type !== image.media_type &&
    !(type === 'image/jpg' && image.media_type === 'image/jpeg')
  ) {
    throw unsupported(`${name} was sent as ${type}, which does not go with its extension.`);
  }
  const check = (head: Uint8Array) => {
    if (!image.begins(head))
      throw unsupported(`${name} is not ${image.media_type}: it does not begin like one.`);
  };
  return { media_type: image.media_type, limit: maxImageBytes, check };
}

/** The type of an image by its first bytes, whatever it was sent as; null where it is none that we take. */
export function imageTypeOf(
  head: Uint8Array,
): { readonly media_type: string; readonly extension: string } | null {
  const type = imageTypes.find(({ begins }) => begins(head));
  return type === undefined
    ? null
    : { media_type: type.media_type, extension: type.extensions[0] ?? '' };
}

const isImage = (media_type: string) => imageTypes.some((type) => type.media_type === media_type);

export const attachmentKind = (media_type: string): AttachmentKind =>
  isImage(media_type) ? 'image' : 'document';

/** Safe to be served as. */
export const servedAs = (media_type: string): string =>
  isImage(media_type) ? media_type : servedTypeOf(media_type);

export const allServedTypes: readonly string[] = [
  ...servedTypes,
  ...imageTypes.map(({ media_type }) => media_type),
];

/**
 * Bytes of a document up to which its text is taken while the caller waits: some 150 ms of computing by
 * each kind, as measured. A DOCX is zipped text and costs most; a scan costs less than its pictures weigh.
 */
const inlineBytes = {
  text: 2_000_000,
  markdown: 2_000_000,
  csv: 500_000,
  json: 1_000_000,
  jsonl: 1_000_000,
  html: 100_000,
  docx: 30_000,
  pdf: 150_000,
};

/** Whether the text is taken at once; else a job does it. */
export const isQuick = (media_type: string, byte_size: number): boolean =>
  byte_size <= inlineBytes[kindOfMediaType(media_type)];
