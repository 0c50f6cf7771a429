import { z } from '@hono/zod-openapi';
import { chunkOrigins } from '../../db/schema/knowledge.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id } from '../../http/schema.ts';
import { chunkSettings } from '../base-schema.ts';
import { atRevision } from '../history/schema.ts';
import type { NewChunkRow } from './store.ts';

export const ChunkQuery = z.strictObject({
  ...pageQuery,
  revision: atRevision,
});
export type ChunkQuery = z.output<typeof ChunkQuery>;

/** Maximum estimated tokens of a chunk, as of `chunk_tokens` of a base. */
export const maxChunkTokens = 2000;

const text = z
  .string()
  .min(1)
  .max(4 * maxChunkTokens)
  .refine((value) => /\S/.test(value), 'Must contain a visible character.')
  .describe(`Text of the chunk, at most ${maxChunkTokens} estimated tokens`);
const heading = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .nullable()
  .describe('Headings above the chunk, joined by ` > `; they are searched and embedded with it');
const is_enabled = z.boolean().describe('Searches leave out a disabled chunk');
const page = z.int().min(1).max(1_000_000).nullable();

export const CreateChunk = z
  .strictObject({ text, heading: heading.default(null), page: page.default(null) })
  .openapi('CreateChunk', {
    example: { text: 'On Sundays the shop opens at ten.', heading: 'Opening hours' } as never,
  });
export type CreateChunk = z.output<typeof CreateChunk>;

export const UpdateChunk = z
  .strictObject({ text, heading, is_enabled })
  .partial()
  .openapi('UpdateChunk', { example: { is_enabled: false } });
export type UpdateChunk = z.output<typeof UpdateChunk>;

const place = {
  heading: z.string().nullable(),
  page: z.int().nullable(),
  start: z
    .int()
    .describe(
      'Offset in the extracted text, in UTF-16 code units; an added chunk has an empty range at its end',
    ),
  end: z.int(),
  tokens: z.int().describe('Estimated tokens'),
};

export const FileChunk = z
  .object({
    id: Id('chk'),
    ordinal: z.int().describe('Index in the file, from 0'),
    text: z.string(),
    ...place,
    is_enabled,
    origin: z.enum(chunkOrigins).describe('`extracted` from the file, `edited` since, or `added`'),
  })
  .openapi('Chunk');
export type FileChunk = z.output<typeof FileChunk>;

export const toChunk = (row: NewChunkRow): FileChunk => ({
  id: row.id,
  ordinal: row.ordinal,
  text: row.text,
  heading: row.heading,
  page: row.page,
  start: row.start,
  end: row.end,
  tokens: row.token_count,
  is_enabled: !row.is_disabled,
  origin: row.origin,
});

/** Chunks in a preview, and how much of a text it cuts. */
export const maxPreviewChunks = 100;
export const maxPreviewChars = 1_000_000;

export const ChunkPreviewQuery = z
  .strictObject({
    file_id: Id('file').describe('A file of this base whose text is cut'),
    text: z.string().min(1).max(maxPreviewChars).describe('Markdown in place of a file'),
    ...chunkSettings,
  })
  .partial()
  .refine(({ file_id, text }) => (file_id === undefined) !== (text === undefined), {
    error: 'Either `file_id` or `text` is required, and not both.',
  })
  .openapi('ChunkPreviewQuery', {
    example: { text: '# Leave\n\nEverybody has 25 days of leave a year.', chunk_tokens: 256 },
  });
export type ChunkPreviewQuery = z.output<typeof ChunkPreviewQuery>;

export const ChunkPreview = z
  .object({
    chunk_count: z.int(),
    min_tokens: z.int(),
    mean_tokens: z.number(),
    max_tokens: z.int(),
    chunk_tokens: z.int().describe('The size that was used'),
    chunk_overlap_tokens: z.int().describe('The overlap that was used'),
    is_truncated: z
      .boolean()
      .describe(
        `True when the text is longer than ${maxPreviewChars} code units; the rest is ignored`,
      ),
    chunks: z
      .array(z.object({ text: z.string(), ...place }))
      .describe(`The first ${maxPreviewChunks} chunks`),
  })
  .openapi('ChunkPreview');
export type ChunkPreview = z.output<typeof ChunkPreview>;
