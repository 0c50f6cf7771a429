import { Failure } from '../shared/failure.ts';
import { type NanoUsd, toWireUsd } from '../shared/money.ts';
import { toWireTimeOrNull } from '../shared/time.ts';
import type { Bound } from './hold.ts';

/** Whether a budget has no room for a call of this amount; null is a price that nobody knows. */
function refuses({ action, unknown_price, limit_nano_usd, spent_nano_usd, held_nano_usd }: Bound, amount: NanoUsd | null): boolean {
  if (action === 'warn') return false;
  if (amount === null && unknown_price === 'block') return true;
  return spent_nano_usd + held_nano_usd + (amount ?? 0) > limit_nano_usd;
}

/** 402 with the first budget that has no room, its limit and when it starts anew. */
export function budgetExceeded(bound: readonly Bound[], amount: NanoUsd | null, now: number): Failure {
  const budget = bound.find((one) => refuses(one, amount));
  if (budget === undefined) return new Failure('unavailable', 'The budgets have just changed; try again.', { retryAfter: 1 });
  const { id, name, scope, period, limit_nano_usd, spent_nano_usd, held_nano_usd, period_end } = budget;
  const resets_at = toWireTimeOrNull(period_end);
  const isUnknown = amount === null && budget.unknown_price === 'block';
  const what = isUnknown
    ? `The price of the model is not known, and the budget “${name}” allows only calls whose price is.`
    : `The budget “${name}” has no room for this call.`;
  return new Failure('budget_exceeded', resets_at === null || isUnknown ? what : `${what} It starts anew at ${resets_at}.`, {
    ...(period_end === null || isUnknown ? {} : { retryAfter: Math.max(1, Math.ceil((period_end - now) / 1000)) }),
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
