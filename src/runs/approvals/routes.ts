import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { listApprovals } from './list.ts';
import { Approval, ApprovalsQuery } from './schema.ts';

export const approvalRoutes = new Router().endpoint(
  {
    method: 'get',
    path: '/approvals',
    access: 'sessions:read',
    for_end_users: true,
    tag: 'Sessions',
    summary: 'List approvals',
    operationId: 'listApprovals',
    description:
      'Lists calls of tools that wait for the decision of a person, and those that have waited, newest first; with `status=pending`, the next to expire ' +
      'first. Decide with ' +
      '`POST /runs/{run}/actions`. A key that only runs agents sees those of the sessions and runs that it created.',
    query: ApprovalsQuery,
    reply: { status: 200, schema: pageOf(Approval), description: 'Approvals of the workspace' },
    failures: ['invalid_cursor'],
  },
  (ctx, { query }) => listApprovals(ctx, query),
);
