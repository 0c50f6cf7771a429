import { Router } from '../../http/router.ts';
import { Me } from './schema.ts';
import { getMe } from './service.ts';

export const callerRoutes = new Router().endpoint(
  {
    method: 'get',
    path: '/users/me',
    access: 'self:read',
    tag: 'Workspaces',
    summary: 'Get the caller',
    operationId: 'getCurrentKey',
    reply: {
      status: 200,
      schema: Me,
      description: 'The caller, its role and its permissions',
    },
  },
  async (ctx) => getMe(ctx),
);
