import { z } from '@hono/zod-openapi';
import { pageQuery } from '../../http/openapi.ts';
import { Name, Time } from '../../http/schema.ts';
import { toWireTimeOrNull } from '../../shared/time.ts';
import { Quota, QuotaLimits } from '../quotas/schema.ts';
import { toWorkspace, Workspace } from '../schema.ts';
import type { WorkspaceRow } from '../store.ts';
import type { ListedRow } from './store.ts';

const statuses = ['active', 'suspended'] as const;

export const ManagedWorkspace = Workspace.extend({
  status: z.enum(statuses),
  suspended_at: Time.nullable().describe(
    'Time since which no credential of the workspace is valid',
  ),
}).openapi('ManagedWorkspace');
export type ManagedWorkspace = z.output<typeof ManagedWorkspace>;

export const ListedWorkspace = ManagedWorkspace.extend({
  use: z
    .object({
      keys: z.int().describe('Valid API keys that are not being replaced'),
      agents: z.int(),
      sessions: z.int(),
      files: z.int(),
      bytes: z.int().describe('Bytes of stored files and attachments'),
    })
    .describe('Current use, as counted for quotas'),
  last_activity_at: Time.nullable().describe('Time of the last model call or audited change'),
}).openapi('ListedWorkspace');
export type ListedWorkspace = z.output<typeof ListedWorkspace>;

export const WorkspaceWithQuotas = ListedWorkspace.extend({ quotas: z.array(Quota) }).openapi(
  'WorkspaceWithQuotas',
);
export type WorkspaceWithQuotas = z.output<typeof WorkspaceWithQuotas>;

export const WorkspacesQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(statuses).optional().describe('Only workspaces with this status'),
});
export type WorkspacesQuery = z.output<typeof WorkspacesQuery>;

export const ManageWorkspace = z
  .strictObject({ name: Name(100), quotas: QuotaLimits })
  .partial()
  .openapi('ManageWorkspace', { example: { name: 'Acme', quotas: { files: 1000 } } });
export type ManageWorkspace = z.output<typeof ManageWorkspace>;

export const toListedWorkspace = ({
  use: { last_activity_at, ...use },
  ...row
}: ListedRow): ListedWorkspace => ({
  ...toManagedWorkspace(row),
  use,
  last_activity_at: toWireTimeOrNull(last_activity_at),
});

export const toManagedWorkspace = (row: WorkspaceRow): ManagedWorkspace => ({
  ...toWorkspace(row),
  status: row.suspended_at === null ? 'active' : 'suspended',
  suspended_at: toWireTimeOrNull(row.suspended_at),
});
