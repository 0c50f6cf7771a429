import { z } from '@hono/zod-openapi';
import { fileStatuses } from '../db/schema/knowledge.ts';
import { acceptedSizes, FileName, faultCodes } from '../documents/index.ts';
import { pageQuery } from '../http/openapi.ts';
import { Flag, Groups, Id, Name, Time } from '../http/schema.ts';
import { maxDimensions } from '../models/index.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { BaseRow } from './base-store.ts';
import type { FileRow } from './file-store.ts';
import { searchableAttempt } from './searchable.ts';

const Settings = {
  name: Name(100).openapi({ example: 'Handbook' }),
  description: z
    .string()
    .max(2000)
    .openapi({ example: 'Everything about leave, travel and equipment.' }),
};

const Prefix = z.string().max(500);

const DefaultGroups = Groups.nullable().describe('`groups` of files that are uploaded without any');
const RetentionDays = z
  .number()
  .int()
  .min(0)
  .max(3650)
  .describe(
    'Days for which content that was replaced, edited or deleted stays searchable at earlier revisions; 0 for no history',
  );

/** Settings by which documents are cut into chunks. */
export const chunkSettings = {
  chunk_tokens: z
    .number()
    .int()
    .min(50)
    .max(2000)
    .describe('Maximum size of a chunk in estimated tokens'),
  chunk_overlap_tokens: z
    .number()
    .int()
    .min(0)
    .max(500)
    .describe('Estimated tokens that a chunk repeats from the previous one'),
};

/** Settings by which texts become vectors. */
export const embeddingFields = {
  embedding_model: z
    .string()
    .min(3)
    .max(200)
    .describe('Any embedding model of a provider that is set up'),
  dimensions: z
    .number()
    .int()
    .min(1)
    .max(maxDimensions)
    .optional()
    .describe(
      'Length of the vectors; required for a model that `GET /models` does not list as an embedding model',
    ),
  query_prefix: Prefix.optional().describe(
    'Text before each question that is embedded; by default that of the model’s card',
  ),
  document_prefix: Prefix.optional().describe(
    'Text before each passage that is embedded; by default that of the model’s card',
  ),
};

/** Tokens and cost of embeddings. */
export const EmbeddingUsage = z
  .object({
    calls: z.number().int().describe('Requests to the embedding model'),
    tokens: z.number().int(),
    cost_usd: z.number().nullable().describe('Null when the cost of a call is not known'),
  })
  .openapi('EmbeddingUsage');

interface EmbeddingCounts {
  readonly embedding_calls: number | null;
  readonly embedding_tokens: number | null;
  readonly embedding_cost_nano_usd: number | null;
  readonly embedding_unpriced_calls: number | null;
}

export const toEmbeddingUsage = (row: EmbeddingCounts): z.output<typeof EmbeddingUsage> => ({
  calls: row.embedding_calls ?? 0,
  tokens: row.embedding_tokens ?? 0,
  cost_usd: row.embedding_unpriced_calls ? null : toWireUsd(row.embedding_cost_nano_usd ?? 0),
});

/** The same; null when no call has been counted. */
const toCountedUsage = (row: EmbeddingCounts) =>
  row.embedding_calls === null ? null : toEmbeddingUsage(row);
const Ocr = z
  .strictObject({
    model: z
      .string()
      .min(3)
      .max(200)
      .describe('A language model that reads images, and PDFs for scans that are not JPEG'),
  })
  .nullable()
  .describe(
    'Transcribes pages whose text is only in pictures, and images, with a model, whose calls are billed; null to leave them out. Files processed before keep their text until they are processed again',
  )
  .openapi({ example: null });

export const CreateBase = z
  .strictObject({
    name: Settings.name,
    description: Settings.description.default(''),
    ...embeddingFields,
    embedding_model: embeddingFields.embedding_model
      .default('builtin/lexical')
      .describe(
        'Any embedding model of a provider that is set up. An embedding migration changes it later',
      ),
    default_groups: DefaultGroups.default(null),
    chunk_tokens: chunkSettings.chunk_tokens.default(512),
    chunk_overlap_tokens: chunkSettings.chunk_overlap_tokens.default(64),
    ocr: Ocr.default(null),
    retention_days: RetentionDays.default(30),
  })
  .refine((base) => base.chunk_overlap_tokens <= base.chunk_tokens / 2, {
    path: ['chunk_overlap_tokens'],
    error: 'Must be at most half of `chunk_tokens`.',
  })
  .openapi('CreateKnowledgeBase', { example: { name: 'Handbook' } as never });
export type CreateBase = z.output<typeof CreateBase>;

export const UpdateBase = z
  .strictObject({
    ...Settings,
    default_groups: DefaultGroups,
    ocr: Ocr,
    retention_days: RetentionDays,
  })
  .partial()
  .openapi('UpdateKnowledgeBase', { example: { name: 'Handbook 2027' } });
export type UpdateBase = z.output<typeof UpdateBase>;

export const KnowledgeBase = z
  .object({
    id: Id('kb'),
    agent_id: z
      .string()
      .nullable()
      .describe('Agent that the base belongs to; null for a shared base'),
    ...Settings,
    embedding_model: z.string(),
    dimensions: z.number().int(),
    query_prefix: z.string(),
    document_prefix: z.string(),
    default_groups: DefaultGroups,
    chunk_tokens: z.number().int(),
    chunk_overlap_tokens: z.number().int(),
    ocr: Ocr,
    chunk_count: z.number().int().describe('Number of searchable chunks'),
    embedding_usage: EmbeddingUsage.nullable().describe(
      'Use of embedding models for the content of the base so far, with deleted files and former content. Null in a base of an earlier version before its first file',
    ),
    revision: z
      .number()
      .int()
      .describe('Incremented by every change of what searches find; agents can be pinned to it'),
    oldest_revision: z
      .number()
      .int()
      .describe('The first revision that is complete and can be searched'),
    retention_days: RetentionDays,
    former_chunk_count: z
      .number()
      .int()
      .describe(
        'Number of chunks that are stored for earlier revisions; they do not count toward quotas',
      ),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('KnowledgeBase');
export type KnowledgeBase = z.output<typeof KnowledgeBase>;

export const BaseQuery = z.strictObject(pageQuery);

export const toBase = (row: BaseRow): KnowledgeBase => ({
  id: row.id,
  agent_id: row.agent_id,
  name: row.name,
  description: row.description,
  embedding_model: row.embedding_model,
  dimensions: row.dimensions,
  query_prefix: row.query_prefix ?? '',
  document_prefix: row.document_prefix ?? '',
  default_groups: row.default_groups,
  chunk_tokens: row.chunk_tokens,
  chunk_overlap_tokens: row.chunk_overlap_tokens,
  ocr: row.ocr_model === null ? null : { model: row.ocr_model },
  chunk_count: row.chunk_count,
  embedding_usage: toCountedUsage(row),
  revision: row.revision,
  oldest_revision: row.oldest_revision,
  retention_days: row.retention_days,
  former_chunk_count: row.former_chunk_count,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

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

/** Metadata of a file, by which searches filter. A list is for tags. */
export const FileMetadata = z
  .record(z.string().min(1).max(64), z.union([Value, z.array(Value).max(50)]))
  .refine((value) => Object.keys(value).length <= 50, 'At most 50 keys.')
  .describe('Searches filter by it: values, or lists of values such as tags')
  .openapi({ example: { team: 'people', tags: ['leave', 'travel'] } });

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
  })
  .openapi('FileForm');

export const UpdateFile = z
  .strictObject({ name: FileName, metadata: FileMetadata, groups: FileGroups })
  .partial()
  .openapi('UpdateFile', { example: { metadata: { team: 'people' } } });
export type UpdateFile = z.output<typeof UpdateFile>;

export const File = z
  .object({
    id: Id('file'),
    base_id: Id('kb'),
    name: z.string(),
    media_type: z.string().openapi({ example: 'text/markdown' }),
    byte_size: z.number().int(),
    sha256: z.string().describe('Hash of the content, by which files can be listed'),
    status: z
      .enum(fileStatuses)
      .describe(
        'State of the latest content. While it is processed, and if it fails, the former content of the file remains searchable',
      ),
    is_searchable: z
      .boolean()
      .describe('True when searches find the file, also with former content'),
    progress: z.number().min(0).max(1).describe('Completed share of the current step'),
    attempts: z.number().int().describe('Number of processing attempts'),
    error: z.object({ code: z.enum(faultCodes), detail: z.string() }).nullable(),
    pages: z.number().int().nullable().describe('Number of pages; null if the format has none'),
    tokens: z.number().int().nullable(),
    chunk_count: z
      .number()
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
      'True when the knowledge base has this content already: this is the existing file, with its own name and metadata',
    ),
});
export type UploadedFile = z.output<typeof UploadedFile>;

const FileList = z.object({ data: z.array(UploadedFile) }).openapi('UploadedFiles');

/**
 * Response to an upload. A single file has its fields at the top level and in `data`, so that
 * clients can always read the list.
 */
export const Uploaded = z.union([
  z
    .object({ ...UploadedFile.shape, data: z.array(UploadedFile).length(1) })
    .openapi('UploadedFile'),
  FileList,
]);
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

export const toUploaded = (
  entries: readonly (UploadedFile | RefusedFile)[],
): Uploaded | PartlyUploaded => {
  const [file] = entries;
  return file !== undefined && entries.length === 1 && 'id' in file
    ? { ...file, data: [file] }
    : { data: [...entries] };
};

export const DeleteFileQuery = z.strictObject({
  purge: Flag.prefault('false')
    .describe('Deletes the history of the file too')
    .openapi({ type: 'string', enum: ['true', 'false'], default: 'false' }),
});

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
  pages: row.page_count,
  tokens: row.token_count,
  chunk_count: row.former_attempt === null ? row.chunk_count : row.former_chunk_count,
  embedding_usage: toCountedUsage(row),
  external_id: row.external_id,
  encoding: row.encoding,
  metadata: row.metadata,
  groups: row.groups,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
  ready_at: toWireTimeOrNull(row.ready_at),
});
