import { z } from '@hono/zod-openapi';
import { attachmentStatuses } from '../../db/schema/sessions.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { FileUpload, faultCodes } from '../../knowledge/index.ts';
import { MessageAttachment, toMessageAttachment } from '../../runs/index.ts';
import { toWireTime } from '../../shared/time.ts';
import type { AttachmentRow } from './store.ts';

/** Of a request, and of a message. */
export const maxAttachments = 10;

/** Text in place of a file. */
export const AttachmentUpload = FileUpload.pick({ name: true, text: true })
  .strict()
  .openapi('AttachmentUpload', {
    example: { name: 'invoice.txt', text: 'Invoice 4711: one grinder, 89 EUR.' },
  });
export type AttachmentUpload = z.output<typeof AttachmentUpload>;

export const AttachmentForm = z
  .strictObject({
    file: z
      .array(z.string().openapi({ format: 'binary' }))
      .min(1)
      .max(maxAttachments)
      .describe('Documents of at most 25 MB, images of at most 3.75 MB'),
  })
  .openapi('AttachmentForm');

export const Attachment = z
  .object({
    ...MessageAttachment.shape,
    session_id: Id('ses'),
    message_id: Id('msg').nullable().describe('The first message that it was sent with'),
    status: z.enum(attachmentStatuses).describe('A `ready` one can be sent with a message'),
    error: z.object({ code: z.enum(faultCodes), detail: z.string() }).nullable(),
    pages: z.number().int().nullable().describe('null where the format has no pages'),
    tokens: z.number().int().nullable().describe('Estimated tokens of its text; null for an image'),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Attachment');
export type Attachment = z.output<typeof Attachment>;

export const AttachmentQuery = z.strictObject(pageQuery);

const AttachmentList = z.object({ data: z.array(Attachment) }).openapi('UploadedAttachments');

/** One attachment has its own fields and stands in `data` too, so that a list can always be read. */
export const UploadedAttachments = z.union([
  z
    .object({ ...Attachment.shape, data: z.array(Attachment).length(1) })
    .openapi('UploadedAttachment'),
  AttachmentList,
]);
export type UploadedAttachments = z.output<typeof UploadedAttachments>;

export const toUploadedAttachments = (attachments: readonly Attachment[]): UploadedAttachments => {
  const [attachment] = attachments;
  return attachment !== undefined && attachments.length === 1
    ? { ...attachment, data: [attachment] }
    : { data: [...attachments] };
};

export const toAttachment = (row: AttachmentRow): Attachment => ({
  ...toMessageAttachment(row),
  session_id: row.session_id,
  message_id: row.message_id,
  status: row.status,
  error:
    row.error_code === null
      ? null
      : { code: row.error_code as (typeof faultCodes)[number], detail: row.error_detail ?? '' },
  pages: row.page_count,
  tokens: row.token_count,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});
