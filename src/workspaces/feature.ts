import type { Feature } from '../http/feature.ts';
import { auditLogRoutes } from './audit-log/routes.ts';
import { managedWorkspaceRoutes } from './managed/routes.ts';
import { quotaRoutes } from './quotas/routes.ts';
import { applyQuotaDefaults } from './quotas/service.ts';
import { workspaceRoutes } from './routes.ts';

export const workspacesFeature = {
  routes: { '/api/v1': [workspaceRoutes, auditLogRoutes, managedWorkspaceRoutes, quotaRoutes] },
  tasks: { everyMinute: [{ name: 'quota_defaults', run: (ctx) => applyQuotaDefaults(ctx, true) }] },
} satisfies Feature;
