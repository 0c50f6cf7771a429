import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { cursorPageOf, cursorQuery } from './cursor-page.ts';

export const filePurposes = ['user_data', 'assistants', 'vision', 'evals'] as const;

/** Range of the lifetime of a file in seconds: one hour to thirty days, as in OpenAI's API. */
export const expiresAfter = { min: 3600, max: 2_592_000 } as const;

export const UploadForm = z
  .strictObject({
    file: z
      .string()
      .openapi({ format: 'binary' })
      .describe('A document of at most 25 MB, or an image of at most 3.75 MB'),
    purpose: z.enum(filePurposes).describe('Stored with the file; has no other effect'),
    'expires_after[anchor]': z.literal('created_at').optional(),
    'expires_after[seconds]': z
      .string()
      .optional()
      .describe(
        `Seconds after the upload when the file is erased: ${expiresAfter.min} to ${expiresAfter.max}`,
      ),
  })
  .openapi('OpenAIFileForm');

export const FileObject = z
  .object({
    id: Id('upl'),
    object: z.literal('file'),
    bytes: z.int(),
    created_at: z.int(),
    expires_at: z.int().optional(),
    filename: z.string().openapi({ example: 'invoice.pdf' }),
    purpose: z.enum(filePurposes),
    status: z
      .enum(['uploaded', 'processed', 'error'])
      .describe(
        '`uploaded`: the text is extracted when the file is first sent to a model. `error`: the file cannot be read',
      ),
    status_details: z.string().optional(),
  })
  .openapi('OpenAIFile');
export type FileObject = z.output<typeof FileObject>;

export const FileList = cursorPageOf(FileObject).openapi('OpenAIFileList');

export const FileQuery = z.strictObject({
  ...cursorQuery(10_000),
  purpose: z.string().max(40).optional().describe('Only files with this purpose'),
});
export type FileQuery = z.output<typeof FileQuery>;

export const DeletedFile = z
  .object({ id: Id('upl'), object: z.literal('file'), deleted: z.literal(true) })
  .openapi('OpenAIDeletedFile');
