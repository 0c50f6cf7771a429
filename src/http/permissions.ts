import type { Role } from '../db/schema/workspaces.ts';

/**
 * The access table: the roles that hold each permission. Every route declares one permission,
 * `public`, `root`, or `person` for what a signed-in person does apart from any workspace.
 */
export const permissions = {
  'self:read': ['viewer', 'runtime', 'editor', 'admin'],
  'workspace:read': ['viewer', 'editor', 'admin'],
  'workspace:write': ['admin'],
  'keys:read': ['admin'],
  'keys:manage': ['admin'],
  'audit:read': ['admin'],
  /** People of the workspace, with their addresses. */
  'members:read': ['viewer', 'editor', 'admin'],
  'members:manage': ['admin'],
  'models:read': ['viewer', 'editor', 'admin'],
  /** Credentials of model providers and prices of models. */
  'providers:manage': ['admin'],
  /** Limits on the cost of model calls. */
  'budgets:manage': ['admin'],
  /** Addresses that receive events, and what was delivered to them. */
  'webhooks:manage': ['admin'],
  'agents:read': ['viewer', 'editor', 'admin'],
  'agents:write': ['editor', 'admin'],
  /** Conversations that design agents. */
  'architect:use': ['editor', 'admin'],
  'tools:read': ['viewer', 'editor', 'admin'],
  'tools:write': ['editor', 'admin'],
  /** Code without an agent; a key that only runs agents runs code through them. */
  'code:run': ['editor', 'admin'],
  'knowledge:read': ['viewer', 'editor', 'admin'],
  'knowledge:write': ['editor', 'admin'],
  'knowledge:search': ['runtime', 'editor', 'admin'],
  'sessions:read': ['viewer', 'runtime', 'editor', 'admin'],
  'sessions:write': ['runtime', 'editor', 'admin'],
  /** Calls of tools that wait for approval. */
  'approvals:decide': ['editor', 'admin'],
  /** Sessions that people handle. Their texts need `messages:read`, too. */
  'hand_overs:read': ['viewer', 'editor', 'admin'],
  'hand_overs:manage': ['editor', 'admin'],
  /** Places outside of the API in which an agent answers, and their credentials. */
  'channels:read': ['viewer', 'editor', 'admin'],
  'channels:manage': ['editor', 'admin'],
  /** Content of conversations. */
  'messages:read': ['runtime', 'editor', 'admin'],
  /** Cases of evaluations. Those from conversations need `messages:read`, too. */
  'datasets:read': ['viewer', 'editor', 'admin'],
  'datasets:write': ['editor', 'admin'],
  /** Runs of agents over datasets. What was answered and why it scored as it did needs `messages:read`, too. */
  'evaluations:read': ['viewer', 'editor', 'admin'],
  'evaluations:write': ['editor', 'admin'],
  /** The queue of turns that people review; its texts need `messages:read`, too. */
  'reviews:read': ['viewer', 'editor', 'admin'],
  'reviews:write': ['editor', 'admin'],
  'judges:read': ['viewer', 'editor', 'admin'],
  /** Judges belong to the whole workspace; trying one calls its model. */
  'judges:write': ['editor', 'admin'],
  /** End users of all agents, with their figures. */
  'end-users:read': ['viewer', 'editor', 'admin'],
  /** Exports and erasures of end users. */
  'end-users:manage': ['admin'],
  'rate-limits:manage': ['admin'],
  'usage:read': ['viewer', 'editor', 'admin'],
  /** Archived usage of every agent. */
  'usage:archives': ['admin'],
  /** Invoices of the whole workspace. */
  'invoices:read': ['admin'],
  'operations:read': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;
/** The access of a route that needs a credential. */
export type Guarded = Permission | 'root' | 'person';
export type Access = Guarded | 'public';

export const allows = (role: Role, permission: Permission): boolean =>
  (permissions[permission] as readonly Role[]).includes(role);

/** Permissions over the whole workspace. `keys:manage` is not among them: a key may create and change narrower keys. */
const workspaceWide: ReadonlySet<Access> = new Set<Permission>([
  'workspace:write',
  'keys:read',
  'audit:read',
  'members:read',
  'members:manage',
  'providers:manage',
  'budgets:manage',
  'webhooks:manage',
  'rate-limits:manage',
  'architect:use',
  'tools:write',
  'code:run',
  'judges:write',
  'end-users:read',
  'end-users:manage',
  'usage:archives',
  'invoices:read',
  'operations:read',
]);

/** Returns true for a permission that no agent-limited key holds, whatever its role. */
export const needsWholeWorkspace = (access: Access): boolean => workspaceWide.has(access);
