import { type Ctx, payingKey } from '../platform/context.ts';
import type { RateStanding, RateSubjects, RateWanted } from '../platform/ports.ts';
import { Failure } from '../shared/failure.ts';
import type { RateScope } from '../shared/rate-rules.ts';
import { leaseFor } from './counters.ts';

/** On whose behalf something is asked for, besides the key. */
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

/** The answers that are asked of an agent or for an end user; all requests of a key count when they come in. */
const ofCalls: readonly RateScope[] = ['agent', 'end_user'];

/** Counts a request. Throws `rate_limited`. */
export async function admitRequest(ctx: Ctx): Promise<void> {
  if (ctx.rate_limits?.requests !== true) return;
  await take(ctx, {
    subjects: subjectsOf(ctx, {}),
    requests: ['workspace', 'api_key'],
    tokens: false,
    run_id: null,
  });
}

/** A run that counts as going on. */
export interface RunSlot {
  release(): Promise<void>;
  /** The run as it is, with the slot kept while it goes on, and given back before its last event is told. */
  during<Event>(run: AsyncGenerator<Event, void>): AsyncGenerator<Event, void>;
}

/** Counts a run before anything of it is stored; null where nothing is to be counted. Throws `rate_limited`. */
export async function admitRun(
  ctx: Ctx,
  run_id: string,
  caller: RateCaller,
): Promise<RunSlot | null> {
  if (ctx.rate_limits?.calls !== true) return null;
  const subjects = subjectsOf(ctx, caller);
  const standings = await take(ctx, { subjects, requests: ofCalls, tokens: true, run_id });
  if (!standings.some(({ unit }) => unit === 'concurrent-requests')) return null;
  // A slot that is not given back comes free by itself.
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

/** Asked before each metered call of a model; outside of runs the call counts as a request, too. Throws `rate_limited`. */
export async function admitCall(ctx: Ctx, caller: RateCaller): Promise<void> {
  if (ctx.rate_limits?.calls !== true) return;
  const requests = caller.run_id == null ? ofCalls : [];
  await take(ctx, { subjects: subjectsOf(ctx, caller), requests, tokens: true, run_id: null });
}

/** Counts the tokens of a call that was made. */
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
    throw new Failure('unavailable', 'The rate limits could not be asked; try again.', {
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

/** Names the limit that takes longest to allow it again. */
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
