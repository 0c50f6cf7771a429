import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { day, hour, minute } from '../../shared/time.ts';
import { type SendResult, sendEvent } from './send.ts';
import { noteFailure, noteSuccess, selectTarget, type Target, updatePending } from './store.ts';

/** Attempts that the job repeats within seconds, before the schedule below. */
const quickAttempts = 5;
/** A repeated job makes its next attempt within this time. */
const quickLease = 2 * minute;
/** Delays between the later attempts. The delivery has failed after the last one. */
const waits = [5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];
export const maxDeliveryAttempts = quickAttempts + waits.length;
/** A webhook without a successful attempt for this long is disabled. */
const disableAfter = 5 * day;
const goneStatus = 410;

/** A failed attempt that the job repeats. */
class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';
}

/**
 * Makes one attempt and records its result. Throws while quick attempts are left, so that the job
 * is repeated. A receiver may get an event twice with the same id, when this ends before the result
 * is recorded.
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

/** Returns the state after the given number of failed attempts. */
function nextAttempt(ctx: Ctx, attempts: number) {
  if (attempts < quickAttempts)
    return { status: 'pending', next_attempt_at: ctx.now() + quickLease } as const;
  const wait = waits[attempts - quickAttempts];
  if (wait === undefined) return { status: 'failed', next_attempt_at: null } as const;
  // Adds jitter, so that deliveries that failed together are not retried together.
  const next_attempt_at = ctx.now() + Math.round(wait * (1 + Math.random() / 10));
  return { status: 'pending', next_attempt_at } as const;
}
