import { batch } from '../db/client.ts';
import type { DowngradeRule } from '../db/schema/budgets.ts';
import type { Ctx } from '../platform/context.ts';
import { withRetry } from '../platform/with-retry.ts';
import type { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { raiseRefusals } from './alerts.ts';
import { type CachedBudgets, invalidateBudgets, readCachedBudgets } from './cached-budgets.ts';
import {
  type Bound,
  holdStatements,
  reduceStatements,
  type Spender,
  selectBinding,
  settleStatements,
} from './hold.ts';
import { budgetExceeded } from './refusal.ts';
import { hasTokenBudget, isStored } from './token-budget.ts';

/** The changes that a downgrade makes to a call. */
export interface Downgrade {
  readonly budget_id: string;
  readonly model: string | null;
  readonly max_output_tokens: number | null;
}

export interface Reserved {
  /** Null when no budget binds the call. */
  readonly hold_id: string | null;
  /** The amount held; null for an unknown price. */
  readonly amount: NanoUsd | null;
  readonly downgrade: Downgrade | null;
}

/**
 * Returns the maximum cost of a call, unchanged or with a downgrade: null when the price is
 * unknown, undefined when the downgraded call is not possible.
 */
export type Estimate = (downgrade: Downgrade | null) => Promise<NanoUsd | null | undefined>;

const nothing: Reserved = { hold_id: null, amount: 0, downgrade: null };
/**
 * Holds the maximum cost of a call against every budget that binds it, in one round trip, or two
 * with a downgrade; none when the workspace has no budgets. Throws `budget_exceeded`.
 */
export async function reserve(ctx: Ctx, spender: Spender, estimate: Estimate): Promise<Reserved> {
  const known = await readCachedBudgets(ctx);
  if (known.budgets.length === 0 && !hasTokenBudget(ctx)) return nothing;
  const amount = (await estimate(null)) ?? null;
  const first = await hold(ctx, spender, known, amount);
  if (first.bound.length === 0) return nothing;
  if (first.hold_id !== null)
    return downgradeHeld(ctx, spender, known, estimate, {
      ...first,
      hold_id: first.hold_id,
      amount,
    });
  const cheaper = await chooseDowngrade(
    spender,
    estimate,
    first.bound.filter(isDowngrade),
    (cost) => cost !== null && (amount === null || cost < amount),
  );
  if (cheaper === null) throw refused(ctx, spender, first.bound, amount);
  const second = await hold(ctx, withModel(spender, cheaper.downgrade), known, cheaper.amount);
  if (second.hold_id === null)
    throw refused(ctx, withModel(spender, cheaper.downgrade), second.bound, cheaper.amount);
  return { hold_id: second.hold_id, ...cheaper };
}

function refused(
  ctx: Ctx,
  { model }: Spender,
  bound: readonly Bound[],
  amount: NanoUsd | null,
): Failure {
  ctx.defer(raiseRefusals(ctx, bound.filter(isStored), amount));
  return budgetExceeded(bound, amount, model, ctx.now());
}

interface DowngradedCall {
  readonly downgrade: Downgrade;
  readonly amount: NanoUsd | null;
}

/**
 * Returns the first downgrade that helps, in the order of the budgets. A rule whose model does not
 * help is tried without its model.
 */
async function chooseDowngrade(
  { model: requested }: Spender,
  estimate: Estimate,
  budgets: readonly Bound[],
  helps: (cost: NanoUsd | null) => boolean,
): Promise<DowngradedCall | null> {
  for (const budget of budgets) {
    const rule = ruleOf(budget, requested);
    for (const downgrade of rule?.model == null ? [rule] : [rule, { ...rule, model: null }]) {
      if (downgrade === null || (downgrade.model === null && downgrade.max_output_tokens === null))
        continue;
      const amount = await estimate(downgrade);
      if (amount !== undefined && helps(amount)) return { downgrade, amount };
    }
  }
  return null;
}

/**
 * Downgrades a call that has room where a budget is used up to `from_percent`, and changes the hold
 * to the new cost, which is never higher.
 */
async function downgradeHeld(
  ctx: Ctx,
  spender: Spender,
  known: CachedBudgets,
  estimate: Estimate,
  held: Held & { readonly hold_id: string; readonly amount: NanoUsd | null },
): Promise<Reserved> {
  const { hold_id, amount, bound } = held;
  const unchanged: Reserved = { hold_id, amount, downgrade: null };
  const allowsUnknownPrice = bound.every(
    ({ action, unknown_price }) => action === 'warn' || unknown_price === 'allow',
  );
  const helps = (cost: NanoUsd | null) =>
    cost === null ? allowsUnknownPrice : amount === null || cost <= amount;
  const cheaper = await chooseDowngrade(spender, estimate, bound.filter(isDowngradeDue), helps);
  if (cheaper === null) return unchanged;
  const { model } = withModel(spender, cheaper.downgrade);
  if (amount !== null || cheaper.amount === null) {
    await withRetry(() =>
      batch(ctx.db, reduceStatements(ctx, hold_id, cheaper.amount ?? 0, model)),
    );
    return { hold_id, ...cheaper };
  }
  // An unknown price holds nothing, so a downgrade with a known price needs a hold of its own
  // first.
  const other = await hold(ctx, { ...spender, model }, known, cheaper.amount);
  if (other.hold_id === null) return unchanged;
  await withRetry(() => batch(ctx.db, settleStatements(ctx, [hold_id], [])));
  return { hold_id: other.hold_id, ...cheaper };
}

const withModel = (spender: Spender, { model }: Downgrade): Spender => ({
  ...spender,
  model: model ?? spender.model,
});

interface Held {
  /** Null when a budget had no room. */
  readonly hold_id: string | null;
  readonly bound: readonly Bound[];
}

/** Repeats the hold when the cached time zone of the workspace was stale. */
async function hold(
  ctx: Ctx,
  spender: Spender,
  known: CachedBudgets,
  amount: NanoUsd | null,
): Promise<Held> {
  const held = await holdIn(ctx, spender, known.time_zone, amount);
  const stored = held.bound[0]?.time_zone ?? known.time_zone;
  if (held.hold_id !== null || stored === known.time_zone) return held;
  invalidateBudgets(ctx.workspace_id);
  return holdIn(ctx, spender, stored, amount);
}

async function holdIn(
  ctx: Ctx,
  spender: Spender,
  time_zone: string,
  amount: NanoUsd | null,
): Promise<Held> {
  const request = { id: ctx.newId('hold'), amount };
  const toHeld = (bound: readonly Bound[]): Held => ({
    hold_id: bound.some(({ amount_nano_usd }) => amount_nano_usd !== null) ? request.id : null,
    bound,
  });
  return withRetry(async (tries) => {
    // The response to the first attempt may have been lost.
    const earlier =
      tries === 1 ? null : toHeld(await selectBinding(ctx, spender, time_zone, request));
    if (earlier !== null && earlier.hold_id !== null) return earlier;
    return toHeld(
      (await batch(ctx.db, holdStatements(ctx, spender, time_zone, request))).at(
        -1,
      ) as unknown as Bound[],
    );
  });
}

const isDowngrade = ({ action }: Bound) => action === 'downgrade';

/** Returns true when the budget was used up to `from_percent` before this call. */
function isDowngradeDue({
  action,
  downgrade,
  limit_nano_usd,
  spent_nano_usd,
  held_nano_usd,
  amount_nano_usd,
}: Bound): boolean {
  if (action !== 'downgrade' || downgrade === null) return false;
  const { from_percent } = JSON.parse(downgrade) as DowngradeRule;
  return (
    (spent_nano_usd + held_nano_usd - (amount_nano_usd ?? 0)) * 100 >= from_percent * limit_nano_usd
  );
}

/**
 * Returns the downgrade by the budget's rule; its model is null when the call uses that model
 * anyway.
 */
function ruleOf({ id, downgrade }: Bound, requested: string): Downgrade | null {
  if (downgrade === null) return null;
  const { model, max_output_tokens } = JSON.parse(downgrade) as DowngradeRule;
  return { budget_id: id, model: model === requested ? null : model, max_output_tokens };
}
