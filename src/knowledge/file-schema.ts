import { z } from '@hono/zod-openapi';
import { fileStatuses } from '../db/schema/knowledge.ts';
import { acceptedSizes, FileName, faultCodes } from '../documents/index.ts';
import { pageQuery } from '../http/openapi.ts';
import { Flag, Groups, Id, Time } from '../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { EmbeddingUsage, toCountedUsage } from './base-schema.ts';
import {
  fieldFilters,
  fieldInputs,
  formFields,
  shownFields,
  toShownFields,
} from './fields/schema.ts';
import type { FileRow } from './file-store.ts';
import { atRevision } from './history/schema.ts';
import { FileReplacement, toReplacement } from './replacement-schema.ts';
import { searchableAttempt } from './searchable.ts';

export const ExternalId = z
  .string()
  .min(1)
  .max(255)
  .describe(
    "The caller's id of the document. Uploading with the same id replaces the content of the file; the former content is searchable until the new one is ready",
  );

const Encoding = z
  .string()
  .min(1)
  .max(40)
  .describe(
    'Character encoding of text files: a label of the WHATWG Encoding Standard. By default it is determined from the byte order mark, the declaration in the page, UTF-8, or detection. A file whose encoding cannot be determined fails with `unknown_encoding`',
  )
  .openapi({ example: 'windows-1250' });

const Value = z.union([z.string().max(2000), z.number(), z.boolean(), z.null()]);

/** Metadata of a file, by which searches filter. */
export const FileMetadata = z
  .record(z.string().min(1).max(64), z.union([Value, z.array(Value).max(50)]))
  .refine((value) => Object.keys(value).length <= 50, 'At most 50 keys.')
  .describe('Searches filter by it: values, or lists of values')
  .openapi({ example: { team: 'people', regions: ['eu', 'us'] } });

export const FileGroups = Groups.nullable().describe(
  'End users who have one of these groups may read the file; null for all end users, an empty list for none. API keys read all files',
);

/** Text in place of a file. */
export const FileUpload = z
  .strictObject({
    name: FileName,
    text: z.string().min(1),
    external_id: ExternalId.optional(),
    metadata: FileMetadata.optional(),
    groups: FileGroups.optional(),
    ...fieldInputs,
  })
  .openapi('FileUpload', {
    example: { name: 'leave.md', text: '# Leave\n\nEverybody has 25 days of leave a year.' },
  });
export type FileUpload = z.output<typeof FileUpload>;

/** Maximum number of files in one upload. */
export const maxFilesPerRequest = 20;

/** Files as multipart form data. */
export const FileForm = z
  .strictObject({
    file: z
      .array(z.string().openapi({ format: 'binary' }))
      .min(1)
      .max(maxFilesPerRequest)
      .describe(`Supported: ${acceptedSizes(['document'])}`),
    external_id: ExternalId.optional(),
    encoding: Encoding.optional(),
    metadata: z.string().optional().describe('JSON object, applied to every file of the request'),
    groups: z
      .string()
      .optional()
      .describe('JSON list or null, applied to every file of the request'),
    ...formFields,
  })
  .openapi('FileForm');

export const UpdateFile = z
  .strictObject({ name: FileName, metadata: FileMetadata, groups: FileGroups })
  .partial()
  .extend(fieldInputs)
  .openapi('UpdateFile', { example: { tags: ['leave'], metadata: { team: 'people' } } });
export type UpdateFile = z.output<typeof UpdateFile>;

export const File = z
  .object({
    id: Id('file'),
    base_id: Id('kb'),
    name: z.string(),
    media_type: z.string().openapi({ example: 'text/markdown' }),
    byte_size: z.int(),
    sha256: z.string().describe('Hash of the content, by which files can be listed'),
    status: z
      .enum(fileStatuses)
      .describe(
        'State of the latest content: of `replacement`, if there is one. While that is processed, and if it fails, the content of the file remains searchable',
      ),
    is_searchable: z
      .boolean()
      .describe('True when searches find the file, also with former content'),
    progress: z.number().min(0).max(1).describe('Completed share of the current step'),
    attempts: z.int().describe('Number of processing attempts'),
    error: z
      .object({ code: z.enum(faultCodes), detail: z.string() })
      .nullable()
      .describe('Why the latest processing failed: of `replacement`, if there is one'),
    replacement: FileReplacement,
    pages: z.int().nullable().describe('Number of pages; null if the format has none'),
    tokens: z.int().nullable(),
    chunk_count: z
      .int()
      .nullable()
      .describe(
        'Number of searchable chunks; before the first are, of those that are being stored',
      ),
    embedding_usage: EmbeddingUsage.nullable().describe(
      'Use of embedding models for the file so far, with former content. Null for a file of an earlier version',
    ),
    external_id: z.string().nullable(),
    encoding: z
      .string()
      .nullable()
      .describe('Standard name of the encoding given at upload; null if determined from the file'),
    metadata: z.record(z.string(), z.unknown()),
    groups: FileGroups,
    ...shownFields,
    created_at: Time,
    updated_at: Time,
    ready_at: Time.nullable().describe('When the searchable content was ready'),
  })
  .openapi('File');
export type File = z.output<typeof File>;

const UploadedFile = File.extend({
  is_duplicate: z
    .boolean()
    .describe(
      'True when the knowledge base has this content already: this is the existing file, with its own name; metadata and fields are its own unless the upload has its `external_id`',
    ),
});
export type UploadedFile = z.output<typeof UploadedFile>;

/**
 * Response to an upload: the fields of the first file, and all files in `data`. So a client that sends one file reads it like
 * any other, and one that sends several reads the list.
 */
export const Uploaded = z
  .object({
    ...UploadedFile.shape,
    data: z.array(UploadedFile).min(1).describe('All files, in the order sent'),
  })
  .openapi('UploadedFile');
export type Uploaded = z.output<typeof Uploaded>;

/** Failures that concern one file of an upload. */
export const refusalCodes = ['unsupported_media_type', 'too_large', 'validation_failed'] as const;

const RefusedFile = z
  .object({
    name: z.string().describe('Name as sent, cut at 255 characters'),
    error: z.object({ code: z.enum(refusalCodes), detail: z.string() }),
  })
  .openapi('RefusedFile');
export type RefusedFile = z.output<typeof RefusedFile>;

/** Response to an upload of which some files were refused. */
export const PartlyUploaded = z
  .object({ data: z.array(z.union([UploadedFile, RefusedFile])) })
  .openapi('PartlyUploadedFiles');
export type PartlyUploaded = z.output<typeof PartlyUploaded>;

/** The reply with status 207 of routes that accept several files. */
export const partlyUploaded = {
  schema: PartlyUploaded,
  description: 'Some files were refused: in the order sent, the files, or `error` with the reason',
  isReply: (reply: unknown) =>
    (reply as PartlyUploaded).data.some((entry) => 'error' in entry && !('id' in entry)),
};

export function toUploaded(
  entries: readonly (UploadedFile | RefusedFile)[],
): Uploaded | PartlyUploaded {
  const files = entries.filter((entry): entry is UploadedFile => 'id' in entry);
  const [first] = files;
  return first !== undefined && files.length === entries.length
    ? { ...first, data: files }
    : { data: [...entries] };
}

export const DeleteFileQuery = z.strictObject({
  purge: Flag.prefault('false')
    .describe('Deletes the history of the file too')
    .openapi({ type: 'string', enum: ['true', 'false'], default: 'false' }),
});

export const ContentQuery = z.strictObject({ revision: atRevision });

export const FileQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(fileStatuses).optional().describe('Filter by status'),
  q: z.string().min(1).max(200).optional().describe('Filter by a part of the name'),
  external_id: ExternalId.optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'Must be 64 hexadecimal digits.')
    .toLowerCase()
    .optional()
    .describe('Filter by the SHA-256 of the content'),
  ...fieldFilters,
});
export type FileQuery = z.output<typeof FileQuery>;

export const toFile = (row: FileRow): File => ({
  id: row.id,
  base_id: row.base_id,
  name: row.name,
  media_type: row.media_type,
  byte_size: row.byte_size,
  sha256: row.sha256,
  status: row.status,
  is_searchable: searchableAttempt(row) !== null,
  progress: row.progress,
  attempts: row.attempt,
  error:
    row.error_code === null
      ? null
      : { code: row.error_code as (typeof faultCodes)[number], detail: row.error_detail ?? '' },
  replacement: toReplacement(row),
  pages: row.page_count,
  tokens: row.token_count,
  chunk_count: row.former_attempt === null ? row.chunk_count : row.former_chunk_count,
  embedding_usage: toCountedUsage(row),
  external_id: row.external_id,
  encoding: row.encoding,
  metadata: row.metadata,
  groups: row.groups,
  ...toShownFields(row),
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
  ready_at: toWireTimeOrNull(row.ready_at),
});
