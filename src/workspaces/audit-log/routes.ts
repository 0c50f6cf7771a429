import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { exportAuditLog } from './export.ts';
import {
  AuditEntry,
  AuditQuery,
  AuditVerification,
  ExportAuditQuery,
  VerifyAuditQuery,
} from './schema.ts';
import { listAuditLog } from './service.ts';
import { verifyAuditLog } from './verify.ts';

const about = { method: 'get', access: 'audit:read', tag: 'Workspaces' } as const;

export const auditLogRoutes = new Router()
  .endpoint(
    {
      ...about,
      path: '/audit-log',
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
  )
  .endpoint(
    {
      ...about,
      path: '/audit-log/export',
      summary: 'Export the audit log',
      description:
        'Streams the matching entries, oldest first, as JSON Lines or CSV. Without filters the hashes of the lines can be recomputed. Text that a spreadsheet would evaluate as a formula is prefixed with an apostrophe in CSV.',
      query: ExportAuditQuery,
      alsoProduces: ['text/csv'],
      reply: {
        status: 200,
        mediaType: 'application/jsonl',
        schema: z.string(),
        description: 'The entries, one on each line',
      },
    },
    async (ctx, { query }) => exportAuditLog(ctx, query),
  )
  .endpoint(
    {
      ...about,
      path: '/audit-log/verify',
      summary: 'Verify the audit log',
      operationId: 'verifyAuditLog',
      description:
        'Recomputes the hash chain from the oldest entry, or the checkpoint of removed entries, and names the first entry that was changed, removed or added. Continue with `next_cursor` until `is_complete`. Entries are sealed about once a minute; the newest are counted as `unsealed`.',
      query: VerifyAuditQuery,
      reply: { status: 200, schema: AuditVerification, description: 'The result of this page' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => verifyAuditLog(ctx, query),
  );
