import { z } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import {
  createDataset,
  deleteDataset,
  getDataset,
  listDatasets,
  listRevisions,
  updateDataset,
} from './datasets.ts';
import { exportCases } from './export.ts';
import { importCases } from './import.ts';
import {
  CreateDataset,
  Dataset,
  DatasetQuery,
  ExportQuery,
  ImportCases,
  ImportedCases,
  maxImportBytes,
  Revision,
  UpdateDataset,
} from './schema.ts';

const dataset = z.object({ dataset: Id('ds') });
const tag = 'Evaluation';
const etag = ({ revision }: Dataset) => String(revision);

export const datasetRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/datasets',
      access: 'datasets:write',
      tag,
      summary: 'Create a dataset',
      description:
        'A dataset has cases: messages to an agent, with what its answers are compared with. Every change makes a revision, and former revisions can be read.',
      body: CreateDataset,
      reply: { status: 201, schema: Dataset, description: 'The dataset' },
      failures: ['not_found', 'quota_exceeded'],
      etag,
    },
    (ctx, { body }) => createDataset(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/datasets',
      access: 'datasets:read',
      tag,
      summary: 'List datasets',
      query: DatasetQuery,
      reply: { status: 200, schema: pageOf(Dataset), description: 'Datasets, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listDatasets(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/datasets/{dataset}',
      access: 'datasets:read',
      tag,
      summary: 'Get a dataset',
      params: dataset,
      reply: { status: 200, schema: Dataset, description: 'The dataset' },
      etag,
    },
    (ctx, { params }) => getDataset(ctx, params.dataset),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/datasets/{dataset}',
      access: 'datasets:write',
      tag,
      summary: 'Update a dataset',
      params: dataset,
      body: UpdateDataset,
      reply: { status: 200, schema: Dataset, description: 'The updated dataset' },
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateDataset(ctx, params.dataset, ifMatch, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/datasets/{dataset}',
      access: 'datasets:write',
      tag,
      summary: 'Delete a dataset',
      description: 'Deletes all of its revisions. Results of evaluations keep their scores.',
      params: dataset,
      reply: { status: 204, description: 'Deleted' },
      failures: ['precondition_failed', 'conflict'],
    },
    async (ctx, { params, ifMatch }) => void (await deleteDataset(ctx, params.dataset, ifMatch)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/datasets/{dataset}/revisions',
      access: 'datasets:read',
      tag,
      summary: 'List the revisions of a dataset',
      operationId: 'listDatasetRevisions',
      description: 'Who changed the dataset, when, and how many cases.',
      params: dataset,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(Revision), description: 'Revisions, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listRevisions(ctx, params.dataset, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/datasets/{dataset}/import',
      access: 'datasets:write',
      tag,
      summary: 'Import cases from CSV or JSON Lines',
      operationId: 'importCases',
      description:
        'Adds all cases, or none: with errors, each is reported with its line. Cases that the dataset has already are left out and counted. Columns `conversation`, `inputs`, `citations` and `tool_calls` hold JSON; `facts` a JSON array or lines; `tags` a JSON array or names separated by commas. An apostrophe before a formula is removed.',
      params: dataset,
      body: ImportCases,
      bodyLimit: maxImportBytes,
      reply: { status: 200, schema: ImportedCases, description: 'The number of cases' },
      failures: ['conflict', 'quota_exceeded'],
    },
    (ctx, { params, body }) => importCases(ctx, params.dataset, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/datasets/{dataset}/export',
      access: 'datasets:write',
      tag,
      summary: 'Export cases',
      description:
        'Streams the cases of a revision as JSON Lines or CSV. An import of the file gives the same cases. Text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe in CSV.',
      params: dataset,
      query: ExportQuery,
      alsoProduces: ['text/csv'],
      reply: {
        status: 200,
        mediaType: 'application/jsonl',
        schema: z.string(),
        description: 'The cases, one on each line',
      },
    },
    (ctx, { params, query }) => exportCases(ctx, params.dataset, query),
  );
