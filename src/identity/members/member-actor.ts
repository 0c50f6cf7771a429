import type { MemberRole } from '../../db/schema/people.ts';
import type { Role } from '../../db/schema/workspaces.ts';
import type { UserActor } from '../../platform/context.ts';

/** The role of the access table in which a member acts: an owner is an admin who may also grant ownership. */
const accessRole = (role: MemberRole): Role => (role === 'owner' ? 'admin' : role);

export const toUserActor = ({ id, role }: { id: string; role: MemberRole }): UserActor => ({
  type: 'user',
  id,
  role: accessRole(role),
  is_owner: role === 'owner',
  agent_ids: null,
  expires_at: null,
});
