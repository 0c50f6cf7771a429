export { authenticate, forgetKeysOf } from './authenticate.ts';
export { managedWorkspaceRoutes } from './managed/routes.ts';
export { assertDeleted } from './managed/service.ts';
export { quotaRoutes } from './quotas/routes.ts';
export { applyQuotaDefaults } from './quotas/service.ts';
export { workspaceRoutes } from './routes.ts';
export { type CheckModel, findWorkspace } from './service.ts';
