import { z } from '@hono/zod-openapi';
import { pageQuery } from '../../http/openapi.ts';
import { Id } from '../../http/schema.ts';
import { atRevision } from '../history/schema.ts';
import { maxTextRange, offset } from '../text/schema.ts';

/** Maximum number of pages whose boxes are returned at once. */
export const maxBoxPages = 50;
/** Maximum number of boxes of a citation or hit. */
export const maxBoxes = 50;
/** Maximum number of lines of a page. */
export const maxLines = 5000;

const ofText = { start: z.int(), end: z.int() };

const Box = z.object({
  page: z.int().describe('Number of the page, from 1'),
  ...ofText,
  x: z.number().describe('Points from the left edge of the page'),
  y: z.number().describe('Points from the top edge of the page'),
  width: z.number(),
  height: z.number(),
});
export const TextBox = Box.openapi('TextBox', {
  example: { page: 3, start: 4210, end: 4293, x: 72, y: 311.5, width: 421.3, height: 13.4 },
});

export type TextBox = z.output<typeof TextBox>;

/** The size of a page, and where a passage stands on it. */
export const located = {
  page_size: z
    .object({
      width: z.number().describe('Points (1/72 inch), cropped and turned as a reader shows it'),
      height: z.number(),
      rotation: z.int().describe('Clockwise degrees by which a reader turns the page'),
    })
    .nullable()
    .describe('Size of the page, so that boxes can be scaled; null for formats without sizes'),
  boxes: z
    .array(TextBox)
    .nullable()
    .describe(
      `Where the text stands on its page, as of \`GET /files/{file}/boxes\`: at most ${maxBoxes} boxes, which returns the others. Null where the format has no places of words, or for files of an earlier version`,
    ),
};

const ranges = {
  start: offset(0).describe('First offset, as in chunks, hits and citations'),
  end: offset(1).describe('Offset after the last character'),
  chunk: Id('chk').optional().describe('A searchable chunk of the file in place of offsets'),
};

export const BoxQuery = z.strictObject({ ...ranges, revision: atRevision });
export type BoxQuery = z.output<typeof BoxQuery>;

export const FileBoxes = z
  .object({
    file_id: Id('file'),
    ...ofText,
    boxes: z
      .array(TextBox)
      .nullable()
      .describe(
        'A box for each line, cell or label of the range, in the order of the text; null if the format has no places of words, or for files of an earlier version until they are processed again. Text that is not drawn, such as marks of headings and transcribed scans, has none',
      ),
  })
  .openapi('FileBoxes');
export type FileBoxes = z.output<typeof FileBoxes>;

const place = {
  page: z.int().describe('Number of the page, from 1'),
  start: z.int().describe('Offset of the page in the text of the file'),
  end: z.int(),
  width: z
    .number()
    .nullable()
    .describe('Points (1/72 inch), cropped and turned as a reader shows it; null if not known'),
  height: z.number().nullable(),
  rotation: z
    .int()
    .nullable()
    .describe('Clockwise degrees by which a reader turns the page; the sizes include it'),
};

export const PageQuery = z.strictObject({ ...pageQuery, revision: atRevision });
export type PageQuery = z.output<typeof PageQuery>;

export const FilePageSummary = z.object(place).openapi('FilePageSummary');
export type FilePageSummary = z.output<typeof FilePageSummary>;

export const FilePage = z
  .object({
    file_id: Id('file'),
    ...place,
    text: z
      .string()
      .describe(`Text of the page, at most ${maxTextRange} code units; Markdown as in the file`),
    headings: z
      .array(z.object({ level: z.int().min(1).max(6), text: z.string(), ...ofText }))
      .describe('Headings on the page, with their offsets in the text of the file'),
    lines: z.array(TextBox).nullable().describe('Where the text stands; null if it is not known'),
    highlights: z
      .array(TextBox)
      .nullable()
      .describe('Boxes of the requested range on this page; null if they are not known'),
    is_truncated: z
      .boolean()
      .describe(
        `True when the page has more than ${maxTextRange} code units or ${maxLines} lines: the rest is left out`,
      ),
    page_count: z.int(),
    previous_page: z.int().nullable(),
    next_page: z.int().nullable(),
  })
  .openapi('FilePage');
export type FilePage = z.output<typeof FilePage>;
