import type { Ctx } from '../platform/context.ts';
import { workspaceSuspended } from '../shared/failure.ts';
import { mayUse } from './access.ts';
import { actorOf, findUsableKey } from './authenticate.ts';
import { selectSuspended } from './credential-store.ts';

/**
 * Returns a context that acts with the rights, limits and budgets of an API key, for work that the
 * key has ordered earlier. Null when the key, or the one that it was rotated to, may no longer run agents. Throws
 * `workspace_suspended`, since the work continues later.
 */
export async function actAsKey(ctx: Ctx, id: string): Promise<Ctx | null> {
  const key = await findUsableKey(ctx, id);
  if (key === null && (await selectSuspended(ctx.db, ctx.workspace_id).get()) !== undefined)
    throw workspaceSuspended();
  if (key === null || key.workspace_id !== ctx.workspace_id) return null;
  const actor = actorOf(key);
  return mayUse(actor, 'sessions:write') ? { ...ctx, actor, rate_limits: key.rate_limits } : null;
}
