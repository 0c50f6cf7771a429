import { z } from '@hono/zod-openapi';
import { Id, Time } from '../../http/schema.ts';

export const CitedPage = z
  .object({
    file_id: Id('file'),
    file_name: z.string().openapi({ example: 'manual.pdf' }),
    page: z.int().nullable().describe('Starts at 1; null for formats without pages'),
    page_count: z.int().nullable(),
    text: z.string().describe('The page; for formats without pages, the text around the quote'),
    start: z.int().describe('Offset of the quote in `text`'),
    end: z.int(),
    document: z
      .object({
        url: z
          .string()
          .describe(
            'Signed link to the original, for everybody who has it, until `expires_at`; `#page=3` opens a page of a PDF',
          )
          .openapi({
            example:
              'https://agents.example.com/api/v1/messages/msg_01kajv2q5ve0mt8h2vj3c6x7ra/citations/1/document?link=v1.1.Zm9v.YmFy',
          }),
        media_type: z.string().openapi({ example: 'application/pdf' }),
        is_shown: z
          .boolean()
          .describe('True for PDF and images, which browsers show; false for a download'),
        expires_at: Time,
      })
      .nullable()
      .describe(
        'The original of the document, for an end user; null for a document that was replaced since, for a visitor of a share link without `open_documents`, and for a key or member, who use `GET /files/{file}/content`',
      ),
  })
  .openapi('CitedPage');
export type CitedPage = z.output<typeof CitedPage>;

export const LinkQuery = z.strictObject({
  link: z
    .string()
    .min(1)
    .max(12_000)
    .optional()
    .describe('The end user that `url` of a cited document was made for, sealed'),
});
export type LinkQuery = z.output<typeof LinkQuery>;
