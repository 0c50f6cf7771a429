import { z } from '@hono/zod-openapi';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { listWorkspaceUsage } from './deployment.ts';
import { inForm } from './forms.ts';
import {
  DeploymentUsageQuery,
  Invoice,
  InvoiceQuery,
  InvoiceSummary,
  InvoicesQuery,
  Month,
  WorkspaceUsage,
} from './schema.ts';
import { getInvoice, listInvoices } from './service.ts';

const about = { method: 'get', tag: 'Invoices' } as const;
const forms = ['text/csv', 'application/pdf'];
const description =
  'The costs of the model calls of a month, by agent, model and operation. `format` or `Accept` selects CSV or PDF. A final invoice is ' +
  'stored and always the same; its total is the exact sum of the usage rows of the period, archived ones included.';

export const invoiceRoutes = new Router()
  .endpoint(
    {
      ...about,
      path: '/invoices',
      access: 'invoices:read',
      summary: 'List invoices',
      description:
        'One invoice for each month since the workspace was created, newest first. Months are those of the time zone of the workspace. The current month is provisional.',
      query: InvoicesQuery,
      reply: { status: 200, schema: pageOf(InvoiceSummary), description: 'The invoices' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listInvoices(ctx, query),
  )
  .endpoint(
    {
      ...about,
      path: '/invoices/{month}',
      access: 'invoices:read',
      summary: 'Get an invoice',
      description,
      params: z.object({ month: Month }),
      query: InvoiceQuery,
      alsoProduces: forms,
      reply: { status: 200, schema: Invoice, description: 'The invoice' },
      failures: ['not_found'],
    },
    async (ctx, { params, query, request }) =>
      inForm(await getInvoice(ctx, params.month), query, request.headers.get('accept')),
  )
  .endpoint(
    {
      ...about,
      path: '/deployment/usage',
      access: 'root',
      summary: 'List usage of workspaces',
      description:
        'Calls and costs of each workspace in a month, which are those of its invoice; newest workspaces first.',
      query: DeploymentUsageQuery,
      reply: { status: 200, schema: pageOf(WorkspaceUsage), description: 'The workspaces' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listWorkspaceUsage(ctx, query),
  )
  .endpoint(
    {
      ...about,
      path: '/workspaces/{workspace}/invoices',
      access: 'root',
      summary: 'List invoices of a workspace',
      operationId: 'listWorkspaceInvoices',
      params: z.object({ workspace: Id('ws') }),
      query: InvoicesQuery,
      reply: { status: 200, schema: pageOf(InvoiceSummary), description: 'The invoices' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { params, query }) => listInvoices({ ...ctx, workspace_id: params.workspace }, query),
  )
  .endpoint(
    {
      ...about,
      path: '/workspaces/{workspace}/invoices/{month}',
      access: 'root',
      summary: 'Get an invoice of a workspace',
      operationId: 'getWorkspaceInvoice',
      description,
      params: z.object({ workspace: Id('ws'), month: Month }),
      query: InvoiceQuery,
      alsoProduces: forms,
      reply: { status: 200, schema: Invoice, description: 'The invoice' },
      failures: ['not_found'],
    },
    async (ctx, { params, query, request }) =>
      inForm(
        await getInvoice({ ...ctx, workspace_id: params.workspace }, params.month),
        query,
        request.headers.get('accept'),
      ),
  );
