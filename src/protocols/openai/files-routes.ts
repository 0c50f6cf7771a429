import { z } from '@hono/zod-openapi';
import { acceptedFiles, servedTypes } from '../../documents/index.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { attachmentKinds } from '../../sessions/index.ts';
import { openAiErrors } from './errors.ts';
import { createFile, deleteFile, getFile, getFileContent, listFiles } from './files.ts';
import { DeletedFile, FileList, FileObject, FileQuery, UploadForm } from './files-schema.ts';

const tag = 'OpenAI-compatible';
const upload = z.object({ upload: Id('upl') });

export const fileRoutes = new Router(openAiErrors)
  .endpoint(
    {
      method: 'post',
      path: '/files',
      access: 'sessions:write',
      tag,
      summary: 'Upload an OpenAI file',
      description:
        `Stores a file that requests reference by its \`file_id\`: ${acceptedFiles(attachmentKinds)}. ` +
        'Keys whose role may read all agents see all files; other keys see only the files that they uploaded. ' +
        'A file with `expires_after` is erased automatically.',
      otherBodies: { 'multipart/form-data': UploadForm },
      bodyLimit: 32 * 1024 * 1024,
      reply: { status: 200, schema: FileObject, description: 'The file' },
    },
    (ctx, { request }) => createFile(ctx, request),
  )
  .endpoint(
    {
      method: 'get',
      path: '/files',
      access: 'messages:read',
      tag,
      summary: 'List OpenAI files',
      query: FileQuery,
      reply: { status: 200, schema: FileList, description: 'At most 1000 files' },
    },
    (ctx, { query }) => listFiles(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/files/{upload}',
      access: 'messages:read',
      tag,
      summary: 'Get an OpenAI file',
      params: upload,
      reply: { status: 200, schema: FileObject, description: 'The file' },
    },
    (ctx, { params }) => getFile(ctx, params.upload),
  )
  .endpoint(
    {
      method: 'get',
      path: '/files/{upload}/content',
      access: 'messages:read',
      tag,
      summary: 'Download an OpenAI file',
      params: upload,
      alsoProduces: [...servedTypes(attachmentKinds), 'application/binary'],
      reply: {
        status: 200,
        mediaType: 'application/octet-stream',
        description: 'The original file, as a download',
      },
    },
    (ctx, { params }) => getFileContent(ctx, params.upload),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/files/{upload}',
      access: 'sessions:write',
      tag,
      summary: 'Delete an OpenAI file',
      description:
        'Erases the file. Messages that it was sent with keep their copy until they are erased.',
      params: upload,
      reply: { status: 200, schema: DeletedFile, description: 'The file was erased' },
    },
    (ctx, { params }) => deleteFile(ctx, params.upload),
  );
