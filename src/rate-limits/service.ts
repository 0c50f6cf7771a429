import { isGuardViolation } from '../db/errors.ts';
import { invalidateKeysOf } from '../identity/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { noRules, type RateRules } from '../shared/rate-rules.ts';
import type { RateLimits } from './schema.ts';
import { putRateLimits, selectRateLimits } from './store.ts';

export async function getRateLimits(ctx: Ctx): Promise<RateLimits> {
  const row = await selectRateLimits(ctx.db, ctx.workspace_id).get();
  return toWire(row?.rules ?? noRules);
}

/** Replaces all limits. Throws `not_found` for an override of a key or an agent of another workspace. */
export async function setRateLimits(ctx: Ctx, rules: RateLimits): Promise<RateLimits> {
  const before = await getRateLimits(ctx);
  try {
    await commit(ctx, {
      statements: [putRateLimits(ctx.db, ctx.workspace_id, rules, ctx.now())],
      audit: [
        {
          action: 'rate_limits.set',
          target_type: 'workspace',
          target_id: ctx.workspace_id,
          detail: { ...rules },
          changed: { before, after: rules },
        },
      ],
    });
  } catch (error) {
    throw isGuardViolation(error, 'rate_limits.rules')
      ? new Failure(
          'not_found',
          'An override names an agent or API key that is not in this workspace.',
        )
      : error;
  }
  invalidateKeysOf(ctx.workspace_id);
  return rules;
}

const toWire = ({ workspace, api_key, agent, end_user }: RateRules): RateLimits => {
  const scope = ({ default: each, overrides }: RateRules['agent']) => ({
    default: { ...each },
    overrides: overrides.map((one) => ({ ...one })),
  });
  return {
    workspace: { ...workspace },
    api_key: scope(api_key),
    agent: scope(agent),
    end_user: scope(end_user),
  };
};
