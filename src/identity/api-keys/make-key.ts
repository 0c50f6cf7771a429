import { actorId, type Ctx } from '../../platform/context.ts';
import { sha256 } from '../../shared/digest.ts';
import { newKey } from './key.ts';
import type { ApiKeyRow } from './store.ts';

/** Returns the row of a new key and its secret, which is stored only as a hash. */
export async function makeKey(
  ctx: Ctx,
  workspace_id: string,
  of: Pick<ApiKeyRow, 'name' | 'role' | 'agent_ids' | 'expires_at'>,
) {
  const secret = await newKey();
  const row: ApiKeyRow = {
    id: ctx.newId('key'),
    workspace_id,
    name: of.name,
    role: of.role,
    hash: await sha256(secret),
    last_four: secret.slice(-4),
    agent_ids: of.agent_ids,
    expires_at: of.expires_at,
    revoked_at: null,
    rotated_to: null,
    created_by: actorId(ctx.actor),
    created_at: ctx.now(),
  };
  return { row, secret };
}
