import { type Permission, permissions } from '../../http/permissions.ts';
import type { ApiKeyActor, Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toWireTimeOrNull } from '../../shared/time.ts';
import { mayUse } from '../access.ts';
import type { Me } from './schema.ts';

/** Returns the caller with its permissions. Throws `forbidden` for a caller that is not an API key. */
export function getMe(ctx: Ctx): Me {
  const actor = keyActor(ctx);
  const { id, role, agent_ids, expires_at } = actor;
  return {
    type: 'api_key',
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

/** Throws `forbidden` for a caller that is not an API key. */
export function keyActor(ctx: Ctx): ApiKeyActor {
  if (ctx.actor.type !== 'api_key')
    throw new Failure('forbidden', 'Only an API key of the workspace can do this.');
  return ctx.actor;
}
