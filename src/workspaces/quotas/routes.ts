import { Router } from '../../http/router.ts';
import { QuotaList } from './schema.ts';
import { listQuotas } from './service.ts';

export const quotaRoutes = new Router().endpoint(
  {
    method: 'get',
    path: '/quotas',
    access: 'workspace:read',
    tag: 'Workspaces',
    summary: 'List quotas',
    description:
      'Limit and current use of each resource of the workspace. A request that would exceed a quota fails with ' +
      '`quota_exceeded`, the name of the `quota`, its `limit` and the amount `used`. The operator of the deployment sets the limits.',
    reply: { status: 200, schema: QuotaList, description: 'Every quota, in a fixed order' },
  },
  (ctx) => listQuotas(ctx),
);
