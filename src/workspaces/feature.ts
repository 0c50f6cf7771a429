import type { Feature } from '../http/feature.ts';
import { purgeAuditLog } from './audit-log/purge.ts';
import { auditLogRoutes } from './audit-log/routes.ts';
import { sealAuditLog } from './audit-log/seal.ts';
import { exportJobs, removeExpiredExports } from './export/jobs.ts';
import { exportRoutes } from './export/routes.ts';
import { managedWorkspaceRoutes } from './managed/routes.ts';
import { quotaRoutes } from './quotas/routes.ts';
import { applyQuotaDefaults } from './quotas/service.ts';
import { workspaceRoutes } from './routes.ts';

export const workspacesFeature = {
  routes: {
    '/api/v1': [workspaceRoutes, exportRoutes, auditLogRoutes, managedWorkspaceRoutes, quotaRoutes],
  },
  jobs: exportJobs,
  tasks: {
    everyMinute: [
      { name: 'quota_defaults', run: (ctx) => applyQuotaDefaults(ctx, true) },
      { name: 'audit_log', run: sealAuditLog },
    ],
    everyHour: [
      { name: 'audit_retention', run: purgeAuditLog },
      { name: 'workspace_exports', run: removeExpiredExports },
    ],
  },
} satisfies Feature;
