import type { Feature } from '../http/feature.ts';
import { auditLogRoutes } from './audit-log/routes.ts';
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
    everyMinute: [{ name: 'quota_defaults', run: (ctx) => applyQuotaDefaults(ctx, true) }],
    everyHour: [{ name: 'workspace_exports', run: removeExpiredExports }],
  },
} satisfies Feature;
