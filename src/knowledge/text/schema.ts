import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { atRevision } from '../history/schema.ts';

/** Maximum length of a part of a text, in UTF-16 code units. */
export const maxTextRange = 100_000;

/** An offset in a query. An empty value is not a number, although JavaScript reads it as 0. */
export const offset = (least: number) =>
  z
    .string()
    .refine((value) => /^\d{1,15}$/.test(value) && Number(value) >= least, {
      error: `Must be an integer of at least ${least}.`,
    })
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: least });

export const TextQuery = z.strictObject({
  start: offset(0).describe(
    'First offset, in UTF-16 code units as in chunks and citations; 0 by default',
  ),
  end: offset(1).describe(
    `Offset after the last character. At most ${maxTextRange} code units are returned; \`next_start\` continues`,
  ),
  page: z.coerce.number().int().min(1).max(1_000_000).optional().describe('Only this page'),
  revision: atRevision,
});
export type TextQuery = z.output<typeof TextQuery>;

export const FileText = z
  .object({
    file_id: Id('file'),
    text: z.string().describe('This part of the text'),
    start: z.int().describe('Offset of its first code unit'),
    end: z
      .int()
      .describe('Offset after its last one. Never between the halves of a surrogate pair'),
    next_start: z.int().nullable().describe('`start` of the next part; null at the end'),
    length: z.int().describe('Length of the whole text in UTF-16 code units'),
    pages: z
      .array(
        z.object({
          page: z.int().describe('Number of the page, from 1'),
          start: z.int(),
          end: z.int(),
        }),
      )
      .nullable()
      .describe(
        'Pages that overlap this part, with their offsets in the whole text; null if the format has none, or for files of an earlier version until they are processed again',
      ),
  })
  .openapi('FileText');
export type FileText = z.output<typeof FileText>;
