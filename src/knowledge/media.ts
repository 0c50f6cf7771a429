import { Failure } from '../shared/failure.ts';
import { unmarkedUtf16 } from './extract/encoding.ts';

/** What can be read. `kind` decides the extractor. */
const fileKinds = ['text', 'markdown', 'html', 'pdf', 'docx', 'csv', 'json', 'jsonl'] as const;
export type FileKind = (typeof fileKinds)[number];

interface MediaType {
  readonly media_type: string;
  readonly extensions: readonly string[];
  /** Other names that clients send for it. */
  readonly aliases: readonly string[];
  /** Safe to be served as: nothing that a browser would run. */
  readonly served_as: string;
}

const plain = 'text/plain; charset=utf-8';
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const mediaTypes: Readonly<Record<FileKind, MediaType>> = {
  text: {
    media_type: 'text/plain',
    extensions: ['txt', 'text', 'log', 'yaml', 'yml'],
    aliases: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/x-log'],
    served_as: plain,
  },
  markdown: {
    media_type: 'text/markdown',
    extensions: ['md', 'markdown'],
    aliases: ['text/x-markdown', 'text/plain', 'application/markdown'],
    served_as: plain,
  },
  html: {
    media_type: 'text/html',
    extensions: ['html', 'htm'],
    aliases: ['application/xhtml+xml'],
    served_as: plain,
  },
  pdf: {
    media_type: 'application/pdf',
    extensions: ['pdf'],
    aliases: ['application/x-pdf'],
    served_as: 'application/pdf',
  },
  docx: { media_type: docx, extensions: ['docx'], aliases: [], served_as: docx },
  csv: {
    media_type: 'text/csv',
    extensions: ['csv', 'tsv'],
    aliases: [
      'text/plain',
      'text/tab-separated-values',
      'application/csv',
      'application/vnd.ms-excel',
    ],
    served_as: 'text/csv; charset=utf-8',
  },
  json: {
    media_type: 'application/json',
    extensions: ['json'],
    aliases: ['text/plain', 'text/json'],
    served_as: 'application/json',
  },
  jsonl: {
    media_type: 'application/jsonl',
    extensions: ['jsonl', 'ndjson'],
    aliases: [
      'application/x-ndjson',
      'application/ndjson',
      'application/x-jsonlines',
      'application/json-lines',
      'application/json',
      'text/jsonl',
      'text/plain',
    ],
    served_as: plain,
  },
};

/** Media types an original may be served as, for the document. */
export const servedTypes: readonly string[] = [
  ...new Set(Object.values(mediaTypes).map(({ served_as }) => served_as.split(';')[0] ?? '')),
];

const undeclared = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

const unsupported = (detail: string) => new Failure('unsupported_media_type', detail);

const supported = Object.values(mediaTypes)
  .flatMap(({ extensions }) => extensions.map((extension) => `.${extension}`))
  .join(' ');

/** The kind that name and declared type agree on. Throws 415, which tells what is supported: `others` besides. */
export function kindOf(name: string, declared: string, others: readonly string[] = []): FileKind {
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const kind = fileKinds.find((candidate) => mediaTypes[candidate].extensions.includes(extension));
  if (kind === undefined)
    throw unsupported(
      `Unsupported file type: ${name}. Supported types: ${[supported, ...others].join(' ')}.`,
    );
  const type = (declared.split(';')[0] ?? '').trim().toLowerCase();
  const { media_type, aliases } = mediaTypes[kind];
  if (!undeclared.has(type) && type !== media_type && !aliases.includes(type)) {
    throw unsupported(`Content type ${type} does not match the file extension of ${name}.`);
  }
  return kind;
}

export const mediaTypeOf = (kind: FileKind): string => mediaTypes[kind].media_type;

export function kindOfMediaType(media_type: string): FileKind {
  const kind = fileKinds.find((candidate) => mediaTypes[candidate].media_type === media_type);
  if (kind === undefined) throw new Error(`no file kind is stored as ${media_type}`);
  return kind;
}

export const servedTypeOf = (media_type: string): string =>
  mediaTypes[kindOfMediaType(media_type)].served_as;

/** Bytes of the beginning that `checkContent` needs. */
export const headBytes = 1024;

const startsWith = (head: Uint8Array, ...bytes: readonly number[]) =>
  bytes.every((byte, index) => head[index] === byte);
const hasPdfMark = (head: Uint8Array) => new TextDecoder('latin1').decode(head).includes('%PDF-');
const isZip = (head: Uint8Array) => startsWith(head, 0x50, 0x4b, 0x03, 0x04);
const isCompoundFile = (head: Uint8Array) => startsWith(head, 0xd0, 0xcf, 0x11, 0xe0);
const isUtf16 = (head: Uint8Array) =>
  startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff) || unmarkedUtf16(head) !== null;

/** Whether the first bytes are what the kind says. Throws 415. */
export function checkContent(name: string, kind: FileKind, head: Uint8Array): void {
  if (kind === 'pdf') {
    if (!hasPdfMark(head)) throw unsupported(`${name} is not a PDF: it does not begin like one.`);
    return;
  }
  if (kind === 'docx') {
    if (isCompoundFile(head))
      throw unsupported(
        `${name} is encrypted, or an old .doc; send it as .docx without a password.`,
      );
    if (!isZip(head)) throw unsupported(`${name} is not a DOCX: it does not begin like one.`);
    return;
  }
  const isBinary =
    isZip(head) ||
    isCompoundFile(head) ||
    startsWith(head, 0x25, 0x50, 0x44, 0x46) ||
    (!isUtf16(head) && head.includes(0));
  if (isBinary) throw unsupported(`${name} is not text: its content is that of a binary file.`);
}
