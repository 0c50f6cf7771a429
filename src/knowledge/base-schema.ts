import { z } from '@hono/zod-openapi';
import { pageQuery } from '../http/openapi.ts';
import { Flag, Groups, Id, Name, Time } from '../http/schema.ts';
import { maxDimensions } from '../models/index.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime } from '../shared/time.ts';
import type { BaseRow } from './base-store.ts';

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
  .int()
  .min(0)
  .max(3650)
  .describe(
    'Days for which content that was replaced, edited or deleted stays searchable at earlier revisions; 0 for no history',
  );

/** Settings by which documents are cut into chunks. */
export const chunkSettings = {
  chunk_tokens: z.int().min(50).max(2000).describe('Maximum size of a chunk in estimated tokens'),
  chunk_overlap_tokens: z
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
    calls: z.int().describe('Requests to the embedding model'),
    tokens: z.int(),
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
export const toCountedUsage = (row: EmbeddingCounts) =>
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

/** Settings that are fixed when a base is created, with what changes them. */
const fixedSettings: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Object.keys(embeddingFields).map((name) => [
      name,
      'Change it with `POST /knowledge-bases/{kb}/embedding-migrations`.',
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(chunkSettings).map((name) => [
      name,
      'It is fixed when the base is created. Create another base.',
    ]),
  ),
};

export const UpdateBase = z
  .strictObject(
    {
      ...Settings,
      default_groups: DefaultGroups,
      ocr: Ocr,
      retention_days: RetentionDays,
    },
    {
      error: (issue: { readonly code?: string; readonly keys?: readonly string[] }) => {
        const hints = new Set(issue.keys?.map((key) => fixedSettings[key]));
        return issue.code === 'unrecognized_keys' && hints.size === 1 ? [...hints][0] : undefined;
      },
    },
  )
  .partial()
  .openapi('UpdateKnowledgeBase', { example: { name: 'Handbook 2027' } });
export type UpdateBase = z.output<typeof UpdateBase>;

const FileCounts = z
  .object({
    ready: z.int(),
    processing: z.int(),
    failed: z.int(),
    byte_size: z.int().describe('Bytes of the originals'),
  })
  .openapi('KnowledgeBaseFiles');
export type FileCounts = z.output<typeof FileCounts>;

export const KnowledgeBase = z
  .object({
    id: Id('kb'),
    agent_id: z
      .string()
      .nullable()
      .describe('Agent that the base belongs to; null for a shared base'),
    ...Settings,
    embedding_model: z.string(),
    dimensions: z.int(),
    query_prefix: z.string(),
    document_prefix: z.string(),
    default_groups: DefaultGroups,
    chunk_tokens: z.int(),
    chunk_overlap_tokens: z.int(),
    ocr: Ocr,
    files: FileCounts.nullable().describe(
      'Files by state, and their size. Null in lists without `counts=true`',
    ),
    chunk_count: z.int().describe('Number of searchable chunks'),
    embedding_usage: EmbeddingUsage.nullable().describe(
      'Use of embedding models for the content of the base so far, with deleted files and former content. Null in a base of an earlier version before its first file',
    ),
    revision: z
      .int()
      .describe('Incremented by every change of what searches find; agents can be pinned to it'),
    oldest_revision: z.int().describe('The first revision that is complete and can be searched'),
    retention_days: RetentionDays,
    former_chunk_count: z
      .int()
      .describe(
        'Number of chunks that are stored for earlier revisions; they do not count toward quotas',
      ),
    former_byte_size: z
      .int()
      .describe(
        'Bytes of the originals that are stored for earlier revisions; they do not count toward quotas. Above 5 GiB the oldest are deleted before their time',
      ),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('KnowledgeBase');
export type KnowledgeBase = z.output<typeof KnowledgeBase>;

export const BaseQuery = z.strictObject({
  ...pageQuery,
  counts: Flag.optional().describe('Counts the `files` of each base'),
});
export type BaseQuery = z.output<typeof BaseQuery>;

export const noFiles: FileCounts = { ready: 0, processing: 0, failed: 0, byte_size: 0 };

export const toBase = (row: BaseRow, files: FileCounts | null): KnowledgeBase => ({
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
  files,
  chunk_count: row.chunk_count,
  embedding_usage: toCountedUsage(row),
  revision: row.revision,
  oldest_revision: row.oldest_revision,
  retention_days: row.retention_days,
  former_chunk_count: row.former_chunk_count,
  former_byte_size: row.former_byte_size,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});
