import { Router } from '../../http/router.ts';
import { getMetrics } from './metrics.ts';
import { Health, Readiness } from './schema.ts';
import { checkReadiness } from './service.ts';

/** Outside `/api/v1`: for load balancers and monitors. */
export const healthRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/healthz',
      access: 'public',
      tag: 'Operations',
      summary: 'Check that the worker runs',
      operationId: 'checkHealth',
      description: 'Shallow: it asks nothing behind the worker.',
      reply: { status: 200, schema: Health, description: 'It runs' },
    },
    async () => ({ status: 'ok' as const }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/readyz',
      access: 'self:read',
      tag: 'Operations',
      summary: 'Check that everything answers',
      operationId: 'checkReadiness',
      description:
        'Asks the database, the file store and the queue. A 503 names in `checks` what does not answer.',
      reply: { status: 200, schema: Readiness, description: 'Everything answers' },
    },
    (ctx) => checkReadiness(ctx),
  )
  .endpoint(
    {
      method: 'get',
      path: '/metrics',
      access: 'operations:read',
      tag: 'Operations',
      summary: 'Get metrics',
      description:
        "In the text format of Prometheus, 0.0.4: background jobs, dead letters, money set aside, runs and exports of the key's workspace, and the age of the deployment's periodic work. Backlogs are counted up to 10,000.",
      reply: { status: 200, mediaType: 'text/plain', description: 'The metrics' },
    },
    (ctx) => getMetrics(ctx),
  );
