import { z } from '@hono/zod-openapi';
import { acceptedFiles, servedTypes } from '../../documents/index.ts';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import {
  Attachment,
  AttachmentForm,
  AttachmentQuery,
  AttachmentUpload,
  attachmentKinds,
  UploadedAttachments,
} from './schema.ts';
import {
  deleteAttachment,
  getAttachment,
  getAttachmentContent,
  listAttachments,
} from './service.ts';
import { uploadAttachments } from './upload.ts';

const session = z.object({ session: Id('ses') });
const attachment = z.object({ attachment: Id('att') });
const tag = 'Sessions';

export const attachmentRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/attachments',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Upload attachments',
      description:
        `Up to 10 files for the next messages of this session: ${acceptedFiles(attachmentKinds)}. Uploading the same ` +
        'content again returns the existing attachment. Large documents are `processing` at first: poll the attachment ' +
        'until its `status` is `ready`. Attachments belong to this session and are not added to a knowledge base.',
      params: session,
      body: AttachmentUpload,
      otherBodies: { 'multipart/form-data': AttachmentForm },
      bodyLimit: 32 * 1024 * 1024,
      reply: {
        status: 201,
        schema: UploadedAttachments,
        description: 'The attachment; or the attachments, in the order sent',
      },
      failures: ['session_closed', 'conflict', 'quota_exceeded'],
    },
    (ctx, { params, body, request }) =>
      uploadAttachments(ctx, params.session, body === undefined ? { request } : { body }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sessions/{session}/attachments',
      access: 'messages:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'List attachments',
      params: session,
      query: AttachmentQuery,
      reply: { status: 200, schema: pageOf(Attachment), description: 'Attachments, oldest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listAttachments(ctx, params.session, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/attachments/{attachment}',
      access: 'messages:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Get an attachment',
      params: attachment,
      reply: { status: 200, schema: Attachment, description: 'The attachment' },
    },
    (ctx, { params }) => getAttachment(ctx, params.attachment),
  )
  .endpoint(
    {
      method: 'get',
      path: '/attachments/{attachment}/content',
      access: 'messages:read',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Download an attachment',
      params: attachment,
      alsoProduces: servedTypes(attachmentKinds),
      reply: {
        status: 200,
        mediaType: 'application/octet-stream',
        description: 'The original file, as a download',
      },
    },
    (ctx, { params }) => getAttachmentContent(ctx, params.attachment),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/attachments/{attachment}',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Delete an attachment',
      description:
        'Deletes an attachment that no message uses. An attachment that was sent is erased with its session.',
      params: attachment,
      reply: { status: 204, description: 'Deleted' },
      failures: ['conflict'],
    },
    async (ctx, { params }) => void (await deleteAttachment(ctx, params.attachment)),
  );
