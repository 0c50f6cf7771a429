export { AuditEntry, AuditQuery } from './audit-log/schema.ts';
export { listAuditLog } from './audit-log/service.ts';
export { addSigningKey } from './audit-log/signing-key.ts';
export { removeExports } from './export/jobs.ts';
export { workspacesFeature } from './feature.ts';
export { assertDeleted } from './managed/service.ts';
export { applyQuotaDefaults } from './quotas/service.ts';
export { BillingDetails } from './schema.ts';
export { findWorkspace } from './service.ts';
