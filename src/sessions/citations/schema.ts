import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';

export const CitedPage = z
  .object({
    file_id: Id('file'),
    file_name: z.string().openapi({ example: 'manual.pdf' }),
    page: z.int().nullable().describe('Starts at 1; null for formats without pages'),
    page_count: z.int().nullable(),
    text: z.string().describe('The page; for formats without pages, the text around the quote'),
    start: z.int().describe('Offset of the quote in `text`'),
    end: z.int(),
  })
  .openapi('CitedPage');
export type CitedPage = z.output<typeof CitedPage>;
