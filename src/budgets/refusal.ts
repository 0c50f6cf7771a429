import { Failure } from '../shared/failure.ts';
import { type NanoUsd, toWireUsd } from '../shared/money.ts';
import { toWireTimeOrNull } from '../shared/time.ts';
import type { Bound } from './hold.ts';

/** Returns true when the budget has no room for a call of this amount; null is an unknown price. */
export function refuses(
  { action, unknown_price, limit_nano_usd, spent_nano_usd, held_nano_usd }: Bound,
  amount: NanoUsd | null,
): boolean {
  if (action === 'warn') return false;
  if (amount === null && unknown_price === 'block') return true;
  return spent_nano_usd + held_nano_usd + (amount ?? 0) > limit_nano_usd;
}

/**
 * `Retry-After` in seconds when the amount is only held: calls take seconds, and most cost less
 * than their hold.
 */
const retryAfterHolds_s = 5;

/**
 * Returns `budget_exceeded` for the first budget without room, with its limit and `Retry-After`:
 * once other calls have settled, or at the start of the next period.
 */
export function budgetExceeded(
  bound: readonly Bound[],
  amount: NanoUsd | null,
  model: string,
  now: number,
): Failure {
  const budget = bound.find((one) => refuses(one, amount));
  if (budget === undefined)
    return new Failure('unavailable', 'The budgets were changed during this request. Retry.', {
      retryAfter: 1,
    });
  const { id, name, scope, period, limit_nano_usd, spent_nano_usd, held_nano_usd, period_end } =
    budget;
  const resets_at = toWireTimeOrNull(period_end);
  const { detail, retryAfter } = explain(budget, amount, model, now);
  return new Failure('budget_exceeded', detail, {
    ...(retryAfter === null ? {} : { retryAfter }),
    extra: {
      budget: { id, name, scope, period },
      limit_usd: toWireUsd(limit_nano_usd),
      spent_usd: toWireUsd(spent_nano_usd),
      held_usd: toWireUsd(held_nano_usd),
      estimate_usd: toWireUsd(amount),
      resets_at,
    },
  });
}

function explain(
  budget: Bound,
  amount: NanoUsd | null,
  model: string,
  now: number,
): { readonly detail: string; readonly retryAfter: number | null } {
  const { name, period_end, unknown_price, spent_nano_usd, limit_nano_usd } = budget;
  if (amount === null && unknown_price === 'block') {
    const cure = `Set a price for ${model} with \`PUT /prices\`, or allow unpriced models in this budget with \`unknown_price: allow\``;
    const detail = `The price of ${model} is unknown, and the budget “${name}” blocks calls whose price is unknown. ${cure}.`;
    return { detail, retryAfter: null };
  }
  const what = `The budget “${name}” does not cover this call`;
  if (spent_nano_usd + (amount ?? 0) <= limit_nano_usd) {
    return {
      detail: `${what} while other calls are in progress. Retry when they have ended: unused holds are released.`,
      retryAfter: retryAfterHolds_s,
    };
  }
  if (period_end === null) return { detail: `${what}.`, retryAfter: null };
  const retryAfter = Math.max(1, Math.ceil((period_end - now) / 1000));
  return {
    detail: `${what}. The next period starts at ${toWireTimeOrNull(period_end)}.`,
    retryAfter,
  };
}
