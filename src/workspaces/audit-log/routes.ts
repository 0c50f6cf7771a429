import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { AuditEntry, AuditQuery } from './schema.ts';
import { listAuditLog } from './service.ts';

export const auditLogRoutes = new Router().endpoint(
  {
    method: 'get',
    path: '/audit-log',
    access: 'audit:read',
    tag: 'Workspaces',
    summary: 'List the audit log',
    query: AuditQuery,
    reply: {
      status: 200,
      schema: pageOf(AuditEntry),
      description: 'Entries, newest first',
    },
    failures: ['invalid_cursor'],
  },
  (ctx, { query }) => listAuditLog(ctx, query),
);
