import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { day, hour, minute } from '../../shared/time.ts';
import { type SendResult, sendEvent } from './send.ts';
import { noteFailure, noteSuccess, selectTarget, type Target, updatePending } from './store.ts';

/** Attempts that the job itself repeats after seconds, before the schedule below. */
const quickAttempts = 5;
/** A job that is repeated makes its next attempt before this. */
const quickLease = 2 * minute;
/** Waits after the attempts that follow. After the last of them the delivery has failed. */
const waits = [5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];
export const maxDeliveryAttempts = quickAttempts + waits.length;
/** A webhook that has accepted nothing for so long is disabled. */
const disableAfter = 5 * day;
const goneStatus = 410;

/** An attempt that failed and that the job is to repeat. */
class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';
}

/**
 * Makes one attempt and records its result. Throws while quick attempts are left, so that the job is
 * repeated. A receiver may get an event twice, with the same id: when this ends before it has recorded a result.
 */
export async function deliverEvent(ctx: Ctx, id: string): Promise<void> {
  const target = await selectTarget(ctx.db, ctx.workspace_id, id);
  if (target === undefined || target.status !== 'pending') return;
  if (!target.webhook.is_enabled) {
    const cancelled = { status: 'cancelled', next_attempt_at: null } as const;
    return void (await updatePending(ctx.db, target, cancelled).run());
  }
  const result = await sendEvent(ctx, target);
  await recordAttempt(ctx, target, result);
  const isLast = target.attempts + 1 >= quickAttempts || result.response_status === goneStatus;
  if (!result.isAccepted && !isLast) throw new AttemptFailed(result.error ?? 'The attempt failed.');
}

/** Records that the job could not make the attempt, so that the schedule continues. */
export async function failAttempt(ctx: Ctx, id: string, error: string): Promise<void> {
  const target = await selectTarget(ctx.db, ctx.workspace_id, id);
  if (target === undefined || target.status !== 'pending') return;
  const attempts = Math.max(target.attempts, quickAttempts - 1);
  const changes = { attempts: attempts + 1, error, ...nextAttempt(ctx, attempts + 1) };
  await updatePending(ctx.db, target, changes).run();
}

async function recordAttempt(ctx: Ctx, target: Target, result: SendResult): Promise<void> {
  const now = ctx.now();
  const attempts = target.attempts + 1;
  const isGone = result.response_status === goneStatus;
  const { isAccepted, ...about } = result;
  const state = isAccepted
    ? ({ status: 'succeeded', next_attempt_at: null } as const)
    : isGone
      ? ({ status: 'failed', next_attempt_at: null } as const)
      : nextAttempt(ctx, attempts);
  await batch(ctx.db, [
    updatePending(ctx.db, target, { attempts, ...about, last_attempt_at: now, ...state }),
    isAccepted
      ? noteSuccess(ctx.db, target.webhook.id)
      : noteFailure(ctx.db, target.webhook.id, now, { since: now - disableAfter, isGone }),
  ]);
  if (!isAccepted)
    ctx.log.warn('webhook_not_delivered', {
      delivery_id: target.id,
      webhook_id: target.webhook.id,
      attempts,
      response_status: result.response_status,
      error: result.error,
    });
}

/** The state after so many failed attempts. */
function nextAttempt(ctx: Ctx, attempts: number) {
  if (attempts < quickAttempts)
    return { status: 'pending', next_attempt_at: ctx.now() + quickLease } as const;
  const wait = waits[attempts - quickAttempts];
  if (wait === undefined) return { status: 'failed', next_attempt_at: null } as const;
  // Spread, so that what failed together does not return together.
  const next_attempt_at = ctx.now() + Math.round(wait * (1 + Math.random() / 10));
  return { status: 'pending', next_attempt_at } as const;
}
