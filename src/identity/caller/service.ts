import { type Permission, permissions } from '../../http/permissions.ts';
import type { ApiKeyActor, Ctx, UserActor } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toWireTimeOrNull } from '../../shared/time.ts';
import { mayUse } from '../access.ts';
import type { Me } from './schema.ts';

/** Returns the caller with its permissions. Throws `forbidden` for a caller that is neither a key nor a member. */
export function getMe(ctx: Ctx): Me {
  const actor = credentialActor(ctx);
  const { type, id, agent_ids, expires_at } = actor;
  const role = type === 'user' && actor.is_owner ? 'owner' : actor.role;
  return {
    type,
    id,
    workspace_id: ctx.workspace_id,
    role,
    permissions: (Object.keys(permissions) as Permission[]).filter((permission) =>
      mayUse(actor, permission),
    ),
    agent_ids: agent_ids === null ? null : [...agent_ids],
    expires_at: toWireTimeOrNull(expires_at),
  };
}

/** Returns the key or the member that calls. Throws `forbidden` for all others. */
export function credentialActor({ actor }: Pick<Ctx, 'actor'>): ApiKeyActor | UserActor {
  if (actor.type !== 'api_key' && actor.type !== 'user')
    throw new Failure('forbidden', 'Only an API key or a member of the workspace can do this.');
  return actor;
}
