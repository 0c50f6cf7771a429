import type { Role } from '../db/schema/workspaces.ts';
import { allows, needsWholeWorkspace, type Permission, permissions } from '../http/permissions.ts';
import { type Actor, type Ctx, coveredAgents, roleOf } from '../platform/context.ts';
import type { Coverage } from '../platform/reply-vault.ts';
import { Failure } from '../shared/failure.ts';

/** Returns true when the actor holds the permission, its limitation to agents considered. */
export function mayUse(actor: Actor, permission: Permission): boolean {
  const role = roleOf(actor);
  if (role === null) return false;
  return (
    allows(role, permission) && (coveredAgents(actor) === null || !needsWholeWorkspace(permission))
  );
}

/** Returns true when the actor's role holds the permission. The system holds all of them: it acts for a caller that was checked. */
export function hasRoleFor({ actor }: Pick<Ctx, 'actor'>, permission: Permission): boolean {
  if (actor.type === 'system') return true;
  const role = roleOf(actor);
  return role !== null && allows(role, permission);
}

/** Throws `forbidden` for an actor that does not hold the permission. */
export function authorize(actor: Actor, permission: Permission): void {
  const role = roleOf(actor);
  if (role === null || !allows(role, permission)) {
    throw new Failure(
      'forbidden',
      `This needs the permission ${permission}, which the credential's role does not have.`,
    );
  }
  if (!mayUse(actor, permission))
    throw new Failure(
      'forbidden',
      'This concerns the whole workspace, and the key is limited to agents.',
    );
}

/** Returns true when `other` holds every permission of `role`. */
const isWithin = (role: Role, other: Role): boolean =>
  Object.values(permissions).every(
    (allowed: readonly Role[]) => !allowed.includes(role) || allowed.includes(other),
  );

/** Returns true when a key holds no permission, sees no agent and outlives no expiry beyond those of `other`. */
export function isCoveredBy(key: Coverage, other: Coverage): boolean {
  const isCovered =
    other.agent_ids === null ||
    (key.agent_ids?.every((id) => other.agent_ids?.includes(id)) ?? false);
  const outlives =
    other.expires_at !== null && (key.expires_at === null || key.expires_at > other.expires_at);
  return isWithin(key.role, other.role) && isCovered && !outlives;
}
