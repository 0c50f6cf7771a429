export { workspacesFeature } from './feature.ts';
export { assertDeleted } from './managed/service.ts';
export { applyQuotaDefaults } from './quotas/service.ts';
export { findWorkspace } from './service.ts';
