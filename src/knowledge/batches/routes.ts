import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { createBatch } from './create-batch.ts';
import {
  BatchEntry,
  BatchForm,
  BatchQuery,
  CreateBatch,
  EntryQuery,
  FileBatch,
  FileBatchProgress,
} from './schema.ts';
import { cancelBatch, getBatch, listBatches, listEntries } from './service.ts';

const kb = z.object({ kb: Id('kb') });
const batch = z.object({ batch: Id('batch') });
const tag = 'Knowledge';

export const batchRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/knowledge-bases/{kb}/batches',
      access: 'knowledge:write',
      tag,
      summary: 'Create a file batch',
      description:
        'Adds many files with one request: every file of an archive, or the documents at addresses and in buckets that the operator of the deployment has set up. The archive may have a `manifest.jsonl` or `manifest.csv` with `path`, `external_id`, `name`, `metadata`, `groups` and the fields of its files. Entries that are not supported documents are listed with the reason. A list in the request has up to 1,000 entries, an uploaded one up to 10,000.',
      params: kb,
      body: CreateBatch,
      otherBodies: { 'multipart/form-data': BatchForm },
      reply: { status: 202, schema: FileBatch, description: 'The queued batch' },
      failures: ['conflict'],
    },
    (ctx, { params, body, request }) =>
      createBatch(ctx, params.kb, body === undefined ? { request } : { body }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/knowledge-bases/{kb}/batches',
      access: 'knowledge:read',
      tag,
      summary: 'List file batches',
      description: 'Batches are listed for 30 days after their end.',
      params: kb,
      query: BatchQuery,
      reply: { status: 200, schema: pageOf(FileBatch), description: 'Batches, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listBatches(ctx, params.kb, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/batches/{batch}',
      access: 'knowledge:read',
      tag,
      summary: 'Get a file batch',
      params: batch,
      reply: {
        status: 200,
        schema: FileBatchProgress,
        description: 'The batch with the progress of its entries and files',
      },
    },
    (ctx, { params }) => getBatch(ctx, params.batch),
  )
  .endpoint(
    {
      method: 'post',
      path: '/batches/{batch}/cancel',
      access: 'knowledge:write',
      tag,
      summary: 'Cancel a file batch',
      description: 'Entries that are pending are not read. Files that are stored stay.',
      params: batch,
      reply: { status: 200, schema: FileBatch, description: 'The cancelled batch' },
      failures: ['conflict'],
    },
    (ctx, { params }) => cancelBatch(ctx, params.batch),
  )
  .endpoint(
    {
      method: 'get',
      path: '/batches/{batch}/entries',
      access: 'knowledge:read',
      tag,
      summary: 'List the entries of a file batch',
      params: batch,
      query: EntryQuery,
      reply: {
        status: 200,
        schema: pageOf(BatchEntry),
        description: 'Entries in the order of the archive or list',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listEntries(ctx, params.batch, query),
  );
