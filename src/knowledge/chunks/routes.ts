import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { createChunk, deleteChunk, updateChunk } from './change-chunks.ts';
import { listChunks } from './list-chunks.ts';
import { previewChunks } from './preview.ts';
import {
  ChunkPreview,
  ChunkPreviewQuery,
  ChunkQuery,
  CreateChunk,
  FileChunk,
  UpdateChunk,
} from './schema.ts';

const file = z.object({ file: Id('file') });
const chunk = z.object({ file: Id('file'), chunk: Id('chk') });
const tag = 'Knowledge';
const isReplaced =
  'Processing the file again, or replacing its content, replaces all of its chunks, including changed and added ones.';

export const chunkRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/files/{file}/chunks',
      access: 'knowledge:read',
      tag,
      summary: 'List the chunks of a file',
      params: file,
      query: ChunkQuery,
      reply: {
        status: 200,
        schema: pageOf(FileChunk),
        description: 'Chunks in document order, then added ones',
      },
      failures: ['invalid_cursor', 'revision_purged'],
    },
    (ctx, { params, query }) => listChunks(ctx, params.file, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/files/{file}/chunks',
      access: 'knowledge:write',
      tag,
      summary: 'Add a chunk to a file',
      operationId: 'createChunk',
      description: `Embeds and indexes the text as a chunk after those of the file. It counts toward the quota of chunks. ${isReplaced}`,
      params: file,
      body: CreateChunk,
      reply: { status: 201, schema: FileChunk, description: 'The chunk' },
      failures: ['conflict', 'quota_exceeded'],
    },
    (ctx, { params, body }) => createChunk(ctx, params.file, body),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/files/{file}/chunks/{chunk}',
      access: 'knowledge:write',
      tag,
      summary: 'Update a chunk',
      description: `Changes the text or heading, which are embedded and indexed again, or enables and disables the chunk. ${isReplaced}`,
      params: chunk,
      body: UpdateChunk,
      reply: { status: 200, schema: FileChunk, description: 'The updated chunk' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => updateChunk(ctx, params.file, params.chunk, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/files/{file}/chunks/{chunk}',
      access: 'knowledge:write',
      tag,
      summary: 'Delete a chunk',
      description:
        'Processing the file again, or replacing its content, cuts its text anew, including the part of this chunk. To leave a part out of searches for now, disable its chunk.',
      params: chunk,
      reply: { status: 204, description: 'Deleted' },
      failures: ['conflict'],
    },
    async (ctx, { params }) => void (await deleteChunk(ctx, params.file, params.chunk)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/chunk-preview',
      access: 'knowledge:search',
      tag,
      summary: 'Preview the chunks of a text',
      operationId: 'previewChunks',
      description:
        'Cuts the text of a file, or Markdown, with the settings of the base or other ones, and stores nothing.',
      params: z.object({ kb: Id('kb') }),
      body: ChunkPreviewQuery,
      reply: { status: 200, schema: ChunkPreview, description: 'The first chunks and their sizes' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => previewChunks(ctx, params.kb, body),
  );
