import type { Role } from '../db/schema/workspaces.ts';
import type { ApiKeyActor } from '../platform/context.ts';
import type { Coverage } from '../platform/reply-vault.ts';

/** Who may do what, once. Every route names one of these, or says that it is public or for the root key. */
export const permissions = {
  'self:read': ['viewer', 'runtime', 'editor', 'admin'],
  'workspace:read': ['viewer', 'editor', 'admin'],
  'workspace:write': ['admin'],
  'keys:read': ['admin'],
  'keys:manage': ['admin'],
  'audit:read': ['admin'],
  'models:read': ['viewer', 'editor', 'admin'],
  /** Keys of model providers and what models cost. */
  'providers:manage': ['admin'],
  /** What model calls may cost, and whose money it is. */
  'budgets:manage': ['admin'],
  /** Addresses that receive events, and what was delivered to them. */
  'webhooks:manage': ['admin'],
  'agents:read': ['viewer', 'editor', 'admin'],
  'agents:write': ['editor', 'admin'],
  'tools:read': ['viewer', 'editor', 'admin'],
  'tools:write': ['editor', 'admin'],
  'knowledge:read': ['viewer', 'editor', 'admin'],
  'knowledge:write': ['editor', 'admin'],
  'knowledge:search': ['runtime', 'editor', 'admin'],
  'sessions:read': ['viewer', 'runtime', 'editor', 'admin'],
  'sessions:write': ['runtime', 'editor', 'admin'],
  /** What end users and agents said to each other. */
  'messages:read': ['runtime', 'editor', 'admin'],
  'rate-limits:manage': ['admin'],
  'usage:read': ['viewer', 'editor', 'admin'],
  /** Objects with the usage of every agent. */
  'usage:archives': ['admin'],
  'operations:read': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;
export type Access = Permission | 'public' | 'root';

export const allows = (role: Role, permission: Permission): boolean =>
  (permissions[permission] as readonly Role[]).includes(role);

/** What concerns the whole workspace, whatever agents it has. `keys:manage` is not here: a key may make and change narrower ones. */
const ofWholeWorkspace: ReadonlySet<Access> = new Set<Permission>([
  'workspace:write',
  'keys:read',
  'audit:read',
  'providers:manage',
  'budgets:manage',
  'webhooks:manage',
  'rate-limits:manage',
  'tools:write',
  'usage:archives',
  'operations:read',
]);

/** Whether a permission is closed to keys that are limited to agents, even to admins among them. */
export const needsWholeWorkspace = (access: Access): boolean => ofWholeWorkspace.has(access);

export const mayUse = (
  { role, agent_ids }: Pick<ApiKeyActor, 'role' | 'agent_ids'>,
  permission: Permission,
): boolean => allows(role, permission) && (agent_ids === null || !needsWholeWorkspace(permission));

/** Whether `role` may do nothing that `other` may not. */
export const isWithin = (role: Role, other: Role): boolean =>
  Object.values(permissions).every(
    (allowed: readonly Role[]) => !allowed.includes(role) || allowed.includes(other),
  );

/** Whether a key may do nothing, sees no agent and lives no longer than `other` does. */
export function isCoveredBy(key: Coverage, other: Coverage): boolean {
  const isCovered =
    other.agent_ids === null ||
    (key.agent_ids?.every((id) => other.agent_ids?.includes(id)) ?? false);
  const outlives =
    other.expires_at !== null && (key.expires_at === null || key.expires_at > other.expires_at);
  return isWithin(key.role, other.role) && isCovered && !outlives;
}
