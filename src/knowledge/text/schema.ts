import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';

/** Maximum length of a part of a text, in UTF-16 code units. */
export const maxTextRange = 100_000;

const offset = z.coerce.number().int().max(Number.MAX_SAFE_INTEGER);

export const TextQuery = z.strictObject({
  from: offset
    .min(0)
    .optional()
    .describe('First offset, in UTF-16 code units as in chunks and citations; 0 by default'),
  to: offset
    .min(1)
    .optional()
    .describe(
      `Offset after the last character. At most ${maxTextRange} code units are returned; \`next_from\` continues`,
    ),
  page: z.coerce.number().int().min(1).max(1_000_000).optional().describe('Only this page'),
});
export type TextQuery = z.output<typeof TextQuery>;

export const FileText = z
  .object({
    file_id: Id('file'),
    text: z.string().describe('This part of the text'),
    from: z.number().int().describe('Offset of its first code unit'),
    to: z
      .number()
      .int()
      .describe('Offset after its last one. Never between the halves of a surrogate pair'),
    next_from: z.number().int().nullable().describe('`from` of the next part; null at the end'),
    length: z.number().int().describe('Length of the whole text in UTF-16 code units'),
    pages: z
      .array(
        z.object({
          page: z.number().int().describe('Number of the page, from 1'),
          start: z.number().int(),
          end: z.number().int(),
        }),
      )
      .nullable()
      .describe(
        'Pages that overlap this part, with their offsets in the whole text; null if the format has none, or for files of an earlier version until they are processed again',
      ),
  })
  .openapi('FileText');
export type FileText = z.output<typeof FileText>;
