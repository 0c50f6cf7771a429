import { z } from '@hono/zod-openapi';
import { attachmentStatuses } from '../../db/schema/sessions.ts';
import { acceptedSizes, FileName, type FormatKind, faultCodes } from '../../documents/index.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Time } from '../../http/schema.ts';
import { MessageAttachment, toMessageAttachment } from '../../runs/index.ts';
import { toWireTime } from '../../shared/time.ts';
import type { AttachmentRow } from './store.ts';

/** Maximum number of attachments per request and per message. */
export const maxAttachments = 10;

/** Kinds of files that a message may carry. */
export const attachmentKinds: readonly FormatKind[] = ['document', 'image'];

/** Text in place of a file. */
export const AttachmentUpload = z
  .strictObject({ name: FileName, text: z.string().min(1) })
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
      .describe(`Supported: ${acceptedSizes(attachmentKinds)}`),
  })
  .openapi('AttachmentForm');

export const Attachment = z
  .object({
    ...MessageAttachment.shape,
    session_id: Id('ses'),
    message_id: Id('msg').nullable().describe('First message that was sent with it'),
    status: z.enum(attachmentStatuses).describe('`ready` attachments can be sent with a message'),
    error: z.object({ code: z.enum(faultCodes), detail: z.string() }).nullable(),
    pages: z.int().nullable().describe('Number of pages; null if the format has none'),
    tokens: z.int().nullable().describe('Estimated tokens of the text; null for images'),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Attachment');
export type Attachment = z.output<typeof Attachment>;

export const AttachmentQuery = z.strictObject(pageQuery);

const AttachmentList = z.object({ data: z.array(Attachment) }).openapi('UploadedAttachments');

/**
 * Response to an upload. A single attachment has its fields at the top level and in `data`, so that
 * clients can always read the list.
 */
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
