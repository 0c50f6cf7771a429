import { commit } from '../../platform/commit.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { notFound } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { second, toWireTime } from '../../shared/time.ts';
import { credentialActor } from '../caller/service.ts';
import type { CreateToken, EndUserToken } from './schema.ts';
import { selectAgentIds } from './store.ts';
import { signToken } from './token.ts';

/**
 * Issues the token of an end user, who then acts for the key that the request came with: with its agents only, no longer
 * than it, and with the access of the role `runtime` at most. Throws `not_found` for agents that the key does not cover.
 */
export async function createToken(
  ctx: Ctx,
  {
    end_user_id,
    groups,
    agent_ids,
    versions,
    expires_in_s,
    requests_per_minute,
    budget,
  }: CreateToken,
): Promise<EndUserToken> {
  const key = credentialActor(ctx);
  const found = await selectAgentIds(ctx.db, ctx.workspace_id, agent_ids).all();
  const known = new Set(found.map(({ id }) => id));
  if (!agent_ids.every((id) => known.has(id) && coversAgent(key, id))) throw notFound('agent');
  const now = ctx.now();
  const until = Math.min(now + expires_in_s * second, key.expires_at ?? Number.MAX_VALUE);
  const exp = Math.floor(until / second);
  const token = await signToken(ctx.config, {
    key: key.id,
    sub: end_user_id,
    groups,
    agents: agent_ids,
    versions,
    jti: crypto.randomUUID(),
    iat: now / second,
    rpm: requests_per_minute,
    budget: budget && { limit_nano_usd: fromUsd(budget.limit_usd), period: budget.period },
    exp,
  });
  const expires_at = toWireTime(exp * second);
  const about = { end_user_id, groups, agent_ids, versions, requests_per_minute, budget };
  const reply = { token, ...about, expires_at };
  await commit(ctx, { statements: [], reply });
  return reply;
}
