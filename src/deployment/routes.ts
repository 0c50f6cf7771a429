import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { AuditEntry, AuditQuery, listAuditLog } from '../workspaces/index.ts';
import { AuditKey, DeploymentHealth } from './schema.ts';
import { addAuditKey, getDeploymentHealth } from './service.ts';

const about = { access: 'root', tag: 'Operations' } as const;

/** Operations on the deployment as a whole. Root key only. */
export const deploymentRoutes = new Router()
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/deployment/health',
      summary: 'Get the health of the deployment',
      description:
        'Workspaces, background jobs, periodic tasks, encryption keys in use and the audit log across all workspaces. Counts end at 10,000.',
      reply: { status: 200, schema: DeploymentHealth, description: 'The summary' },
    },
    (ctx) => getDeploymentHealth(ctx),
  )
  .endpoint(
    {
      ...about,
      method: 'get',
      path: '/deployment/audit-log',
      summary: 'List the audit log of the deployment',
      description:
        'Entries that belong to no workspace, such as the deletion of one; newest first.',
      query: AuditQuery,
      reply: { status: 200, schema: pageOf(AuditEntry), description: 'The entries' },
      failures: ['invalid_cursor'],
    },
    (ctx, { query }) => listAuditLog({ ...ctx, workspace_id: '' }, query),
  )
  .endpoint(
    {
      ...about,
      method: 'post',
      path: '/deployment/audit-keys',
      summary: 'Add an audit key',
      operationId: 'addAuditKey',
      description:
        'Rotates the key that signs the audit logs: the new key signs from now on, earlier ones keep verifying.',
      reply: { status: 201, schema: AuditKey, description: 'The number of the new key' },
      failures: ['unavailable'],
    },
    (ctx) => addAuditKey(ctx),
  );
