import { type Ctx, payingKey } from '../platform/context.ts';
import type { RateStanding, RateSubjects, RateWanted } from '../platform/ports.ts';
import { Failure } from '../shared/failure.ts';
import type { RateScope } from '../shared/rate-rules.ts';
import { leaseFor } from './counters.ts';

/** The run, agent and end user that a request belongs to, besides its key. */
export interface RateCaller {
  readonly agent_id?: string | null | undefined;
  readonly end_user_id?: string | null | undefined;
  readonly run_id?: string | null | undefined;
}

const subjectsOf = (
  { workspace_id, actor }: Pick<Ctx, 'workspace_id' | 'actor'>,
  { agent_id, end_user_id }: RateCaller,
): RateSubjects => ({
  workspace: workspace_id,
  // Background work was counted when its cause was admitted.
  api_key: actor.type === 'system' ? null : payingKey(actor),
  agent: agent_id ?? null,
  end_user: end_user_id ?? (actor.type === 'end_user' ? actor.id : null),
});

/** The scopes whose requests are runs. Requests of keys and workspaces are counted by the router. */
const ofCalls: readonly RateScope[] = ['agent', 'end_user'];

/** Counts a request of a key or of the token of an end user. Throws `rate_limited`. */
export async function admitRequest(ctx: Ctx): Promise<void> {
  const own = ownLimit(ctx);
  if (ctx.rate_limits?.requests !== true && own === null) return;
  await take(ctx, {
    subjects: subjectsOf(ctx, {}),
    requests: ['workspace', 'api_key'],
    tokens: false,
    run_id: null,
    own,
  });
}

/** The limit that a token carries itself; null for none. */
function ownLimit({ actor }: Ctx): NonNullable<RateWanted['own']> | null {
  if (actor.type !== 'end_user') return null;
  const { id, requests_per_minute } = actor.limits;
  return requests_per_minute === null ? null : { id, requests_per_minute };
}

/** A slot of a concurrent run. */
export interface RunSlot {
  release(): Promise<void>;
  /** Passes the events of a run through; renews the slot meanwhile and releases it before the last event. */
  during<Event>(run: AsyncGenerator<Event, void>): AsyncGenerator<Event, void>;
}

/** Counts a run before anything of it is stored; returns null where no limit applies. Throws `rate_limited`. */
export async function admitRun(
  ctx: Ctx,
  run_id: string,
  caller: RateCaller,
): Promise<RunSlot | null> {
  if (ctx.rate_limits?.calls !== true) return null;
  const subjects = subjectsOf(ctx, caller);
  const standings = await take(ctx, { subjects, requests: ofCalls, tokens: true, run_id });
  if (!standings.some(({ unit }) => unit === 'concurrent-requests')) return null;
  // A slot that is not released expires by itself.
  const release = () =>
    ctx.limiter
      .release(run_id)
      .catch((error: unknown) => ctx.log.warn('run_slot_not_released', { run_id, error }));
  return {
    release,
    async *during(run) {
      const timer = setInterval(() => ctx.defer(ctx.limiter.renew(run_id, subjects)), leaseFor / 3);
      try {
        yield* run;
      } finally {
        clearInterval(timer);
        await release();
      }
    },
  };
}

/** Checks the limits before a metered model call; outside of runs the call counts as a request too. Throws `rate_limited`. */
export async function admitCall(ctx: Ctx, caller: RateCaller): Promise<void> {
  if (ctx.rate_limits?.calls !== true) return;
  const requests = caller.run_id == null ? ofCalls : [];
  await take(ctx, { subjects: subjectsOf(ctx, caller), requests, tokens: true, run_id: null });
}

/** Counts the tokens of a finished call. */
export function spendTokens(ctx: Ctx, caller: RateCaller, tokens: number): void {
  if (ctx.rate_limits?.calls === true && tokens > 0)
    ctx.defer(ctx.limiter.spend(subjectsOf(ctx, caller), tokens));
}

async function take(ctx: Ctx, wanted: RateWanted): Promise<RateStanding[]> {
  let standings: RateStanding[];
  try {
    standings = await ctx.limiter.take(ctx.rate_limits?.revision ?? 0, wanted);
  } catch (error) {
    ctx.log.error('rate_limiter_failed', { error });
    throw new Failure('unavailable', 'Rate limiting is temporarily unavailable. Retry.', {
      retryAfter: 1,
      cause: error,
    });
  }
  for (const standing of standings) ctx.rates.set(standing.policy, standing);
  const [refused] = standings
    .filter(({ is_refused }) => is_refused)
    .sort((a, b) => (b.reset_s ?? 0) - (a.reset_s ?? 0));
  if (refused !== undefined) throw rateLimited(refused);
  return standings;
}

/** The failure for a refused request; of several limits, callers pass the one that resets last. */
export function rateLimited({
  policy,
  scope,
  id,
  unit,
  limit,
  window_s,
  reset_s,
}: RateStanding): Failure {
  const per =
    window_s === null
      ? 'at once'
      : window_s === 60
        ? 'a minute'
        : window_s === 86_400
          ? 'a day (UTC)'
          : `in ${window_s} seconds`;
  return new Failure('rate_limited', `The limit \`${policy}\` allows ${limit} ${unit} ${per}.`, {
    retryAfter: reset_s ?? 1,
    extra: { limit: { name: policy, scope, id, unit, quota: limit, window_s } },
  });
}
