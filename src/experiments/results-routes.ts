import { z } from '@hono/zod-openapi';
import { preferredOf } from '../http/accept.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import { ExperimentExport, exportFigures, exportTable } from './export.ts';
import { getResults } from './results.ts';
import { ExperimentResults } from './results-schema.ts';

const tag = 'Experiments';
const one = z.object({ experiment: Id('exp') });

export const experimentResultRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/experiments/{experiment}/results',
      access: 'agents:read',
      tag,
      summary: 'Get the results of an experiment',
      description:
        'Values of all metrics by variant, their differences from the control, the state of guards, and a recommendation. All intervals and p-values are ' +
        'always valid: look as often as you want. Runs, ratings and events are counted every minute. The results with which an experiment ended are kept.',
      params: one,
      reply: { status: 200, schema: ExperimentResults, description: 'The results' },
      failures: ['conflict'],
    },
    (ctx, { params }) => getResults(ctx, params.experiment),
  )
  .endpoint(
    {
      method: 'get',
      path: '/experiments/{experiment}/export',
      access: 'agents:read',
      tag,
      summary: 'Export the figures of an experiment',
      description:
        'One row for each variant, metric and epoch (a time of equal weights), and one for all epochs together. `Accept: text/csv` returns a table.',
      params: one,
      alsoProduces: ['text/csv'],
      reply: { status: 200, schema: ExperimentExport, description: 'The figures' },
      failures: ['conflict'],
    },
    (ctx, { params, request }) =>
      preferredOf(request.headers.get('accept'), ['application/json', 'text/csv']) === 'text/csv'
        ? exportTable(ctx, params.experiment)
        : exportFigures(ctx, params.experiment),
  );
