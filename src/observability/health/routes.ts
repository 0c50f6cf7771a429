import { Router } from '../../http/router.ts';
import { getMetrics } from './metrics.ts';
import { Health, Readiness } from './schema.ts';
import { checkReadiness } from './service.ts';

/** Mounted outside `/api/v1`, for load balancers and monitors. */
export const healthRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/healthz',
      access: 'public',
      tag: 'Operations',
      summary: 'Check that the worker runs',
      operationId: 'checkHealth',
      description: 'Liveness check. It does not contact any dependency.',
      reply: { status: 200, schema: Health, description: 'The worker is running' },
    },
    async () => ({ status: 'ok' as const }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/readyz',
      access: 'self:read',
      tag: 'Operations',
      summary: 'Check that all dependencies respond',
      operationId: 'checkReadiness',
      description:
        'Readiness check of the database, the file store, the queue and the encryption keys. Returns 503 with the result of each in `checks` when one fails.',
      reply: { status: 200, schema: Readiness, description: 'All dependencies respond' },
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
        "Returns background jobs, dead letters, budget holds, runs and exports of the key's workspace, and the age of the deployment's periodic tasks, in the Prometheus text format 0.0.4. Backlogs are counted up to 10,000.",
      reply: { status: 200, mediaType: 'text/plain', description: 'The metrics' },
    },
    (ctx) => getMetrics(ctx),
  );
