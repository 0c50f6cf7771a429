import { z } from '@hono/zod-openapi';
import { acceptedFiles, servedTypes } from '../documents/index.ts';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { BaseQuery, CreateBase, KnowledgeBase, UpdateBase } from './base-schema.ts';
import { createBase, deleteBase, getBase, listBases, updateBase } from './bases.ts';
import {
  ContentQuery,
  DeleteFileQuery,
  File,
  FileForm,
  FileQuery,
  FileUpload,
  partlyUploaded,
  UpdateFile,
  Uploaded,
} from './file-schema.ts';
import {
  deleteFile,
  getContent,
  getFile,
  listFiles,
  reprocessFile,
  searchBase,
  updateFile,
} from './files.ts';
import { SearchQuery, SearchResult } from './search/schema.ts';
import { uploadFiles } from './upload/upload.ts';

const kb = z.object({ kb: Id('kb') });
const file = z.object({ file: Id('file') });
const tag = 'Knowledge';

export const knowledgeRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases',
      access: 'knowledge:write',
      tag,
      summary: 'Create a knowledge base',
      description:
        'The chunk size cannot be changed later; the embedding model can, by an embedding migration.',
      body: CreateBase,
      reply: { status: 201, schema: KnowledgeBase, description: 'The knowledge base' },
      failures: ['quota_exceeded'],
    },
    (ctx, { body }) => createBase(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases',
      access: 'knowledge:read',
      tag,
      summary: 'List knowledge bases',
      query: BaseQuery,
      reply: {
        status: 200,
        schema: pageOf(KnowledgeBase),
        description: 'Knowledge bases, newest first',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listBases(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}',
      access: 'knowledge:read',
      tag,
      summary: 'Get a knowledge base',
      params: kb,
      reply: { status: 200, schema: KnowledgeBase, description: 'The knowledge base' },
    },
    (ctx, { params }) => getBase(ctx, params.kb),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/knowledge-bases/{kb}',
      access: 'knowledge:write',
      tag,
      summary: 'Update a knowledge base',
      params: kb,
      body: UpdateBase,
      reply: { status: 200, schema: KnowledgeBase, description: 'The updated knowledge base' },
    },
    (ctx, { params, body }) => updateBase(ctx, params.kb, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/knowledge-bases/{kb}',
      access: 'knowledge:write',
      tag,
      summary: 'Delete a knowledge base',
      description:
        "Hides the base and its files immediately and deletes their data in the background. An agent's own base cannot be deleted. While agents search the base, the request fails with `conflict` and lists them in `agents`.",
      params: kb,
      reply: { status: 204, description: 'Deleted' },
      failures: ['conflict'],
    },
    async (ctx, { params }) => void (await deleteBase(ctx, params.kb)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/files',
      access: 'knowledge:write',
      tag,
      summary: 'Upload files',
      description: `Up to 20 ${acceptedFiles(['document'])}; in a base with \`ocr\` also ${acceptedFiles(['image'])}. Name the character encoding of text files that are not Unicode in \`encoding\`. Uploading the same content again returns the existing file with \`is_duplicate: true\`; with its \`external_id\` the upload changes its metadata and fields. A file that cannot be stored does not keep the others from being stored: the response then has status 207 and an \`error\` in the place of that file. The request fails when no file can be stored, so an upload of one file has status 202 or fails. The same \`external_id\` replaces the content of the file that has it, which keeps its id and stays searchable with its former content until the new one is ready. Poll the file until its \`status\` is \`ready\` or \`failed\`.`,
      params: kb,
      body: FileUpload,
      otherBodies: { 'multipart/form-data': FileForm },
      bodyLimit: 32 * 1024 * 1024,
      reply: {
        status: 202,
        schema: Uploaded,
        description: 'The file with its fields; of several, those of the first, and all in `data`',
      },
      partial: partlyUploaded,
      failures: ['conflict', 'quota_exceeded'],
    },
    (ctx, { params, body, request }) =>
      uploadFiles(ctx, params.kb, body === undefined ? { request } : { body }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/files',
      access: 'knowledge:read',
      tag,
      summary: 'List the files of a knowledge base',
      params: kb,
      query: FileQuery,
      reply: { status: 200, schema: pageOf(File), description: 'Files, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listFiles(ctx, params.kb, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/search',
      access: 'knowledge:search',
      for_end_users: true,
      tag,
      summary: 'Search a knowledge base',
      params: kb,
      body: SearchQuery,
      reply: { status: 200, schema: SearchResult, description: 'The best chunks, best first' },
      failures: ['revision_purged'],
    },
    (ctx, { params, body }) => searchBase(ctx, params.kb, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/files/{file}',
      access: 'knowledge:read',
      tag,
      summary: 'Get a file',
      params: file,
      reply: { status: 200, schema: File, description: 'The file with its processing status' },
    },
    (ctx, { params }) => getFile(ctx, params.file),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/files/{file}',
      access: 'knowledge:write',
      tag,
      summary: 'Update a file',
      params: file,
      body: UpdateFile,
      reply: { status: 200, schema: File, description: 'The updated file' },
    },
    (ctx, { params, body }) => updateFile(ctx, params.file, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/files/{file}',
      access: 'knowledge:write',
      tag,
      summary: 'Delete a file',
      description:
        'Hides the file immediately. Its original, text, chunks and vectors are deleted in the background. They stay as history for `retention_days` of the base, so that earlier revisions can be searched and read. `purge=true` deletes the history of the file too, also of a file that was deleted before; earlier revisions then fail with `revision_purged`.',
      params: file,
      query: DeleteFileQuery,
      reply: { status: 204, description: 'Deleted' },
    },
    async (ctx, { params, query }) => void (await deleteFile(ctx, params.file, query.purge)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/files/{file}/content',
      access: 'knowledge:read',
      tag,
      summary: 'Download a file',
      description:
        'A viewer may read parts of it with `Range`. The entity tag changes with the content.',
      params: file,
      query: ContentQuery,
      alsoProduces: servedTypes(['document', 'image']),
      reply: {
        status: 200,
        mediaType: 'application/octet-stream',
        description: 'The original file, as a download',
      },
      alsoAnswers: { 206: { description: 'The part of the file that `Range` names' } },
      failures: ['range_not_satisfiable', 'revision_purged'],
    },
    (ctx, { params, query, request }) => getContent(ctx, params.file, query.revision, request),
  )
  .endpoint(
    {
      method: 'post',
      path: '/files/{file}/reprocess',
      access: 'knowledge:write',
      tag,
      summary: 'Process a file again',
      description:
        'Extracts, chunks and indexes the original again. The present chunks stay searchable until the new ones are ready, which replace them, including chunks that were edited or added. If it fails, they stay, and `error` gives the reason.',
      operationId: 'reprocessFile',
      params: file,
      reply: { status: 202, schema: File, description: 'The queued file' },
      failures: ['conflict'],
    },
    (ctx, { params }) => reprocessFile(ctx, params.file),
  );
