import { batch } from '../db/client.ts';
import type { DowngradeRule } from '../db/schema/budgets.ts';
import type { Ctx } from '../platform/context.ts';
import { withRetry } from '../platform/with-retry.ts';
import type { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { raiseRefusals } from './alerts.ts';
import { invalidateBudgets, type KnownBudgets, readKnownBudgets } from './cached-budgets.ts';
import {
  type Bound,
  downgradeStatements,
  holdStatements,
  type Spender,
  selectBinding,
  settleStatements,
} from './hold.ts';
import { budgetExceeded } from './refusal.ts';

/** What a budget that runs low makes of a call. */
export interface Downgrade {
  readonly budget_id: string;
  readonly model: string | null;
  readonly max_output_tokens: number | null;
}

export interface Reserved {
  /** null where no budget binds the call. */
  readonly hold_id: string | null;
  /** What is held; null is a price that nobody knows. */
  readonly amount: NanoUsd | null;
  readonly downgrade: Downgrade | null;
}

/**
 * What a call may cost at most, as it is meant or as a budget wants it instead; null when the price is
 * not known, undefined when the call cannot be made so.
 */
export type Estimate = (downgrade: Downgrade | null) => Promise<NanoUsd | null | undefined>;

const nothing: Reserved = { hold_id: null, amount: 0, downgrade: null };
/**
 * Holds what a call may cost against every budget that binds it, in one trip, and one more where a budget
 * that runs low changes the call; none where the workspace has no budgets. Throws `budget_exceeded`.
 */
export async function reserve(ctx: Ctx, spender: Spender, estimate: Estimate): Promise<Reserved> {
  const known = await readKnownBudgets(ctx);
  if (known.budgets.length === 0) return nothing;
  const amount = (await estimate(null)) ?? null;
  const first = await hold(ctx, spender, known, amount);
  if (first.bound.length === 0) return nothing;
  if (first.hold_id !== null)
    return downgradeHeld(ctx, spender, known, estimate, {
      ...first,
      hold_id: first.hold_id,
      amount,
    });
  const less = await chooseLess(
    spender,
    estimate,
    first.bound.filter(isDowngrade),
    (cost) => cost !== null && (amount === null || cost < amount),
  );
  if (less === null) throw refused(ctx, spender, first.bound, amount);
  const second = await hold(ctx, as(spender, less.downgrade), known, less.amount);
  if (second.hold_id === null)
    throw refused(ctx, as(spender, less.downgrade), second.bound, less.amount);
  return { hold_id: second.hold_id, ...less };
}

function refused(
  ctx: Ctx,
  { model }: Spender,
  bound: readonly Bound[],
  amount: NanoUsd | null,
): Failure {
  ctx.defer(raiseRefusals(ctx, bound, amount));
  return budgetExceeded(bound, amount, model, ctx.now());
}

interface Less {
  readonly downgrade: Downgrade;
  readonly amount: NanoUsd | null;
}

/** What the first budget makes of the call whose rule does some good: without its model where that one does none. */
async function chooseLess(
  { model: meant }: Spender,
  estimate: Estimate,
  budgets: readonly Bound[],
  helps: (cost: NanoUsd | null) => boolean,
): Promise<Less | null> {
  for (const budget of budgets) {
    const rule = ruleOf(budget, meant);
    for (const downgrade of rule?.model == null ? [rule] : [rule, { ...rule, model: null }]) {
      if (downgrade === null || (downgrade.model === null && downgrade.max_output_tokens === null))
        continue;
      const amount = await estimate(downgrade);
      if (amount !== undefined && helps(amount)) return { downgrade, amount };
    }
  }
  return null;
}

/** Makes of a call that has room what a budget wants that runs low, and holds what it costs then: never more than it was meant to. */
async function downgradeHeld(
  ctx: Ctx,
  spender: Spender,
  known: KnownBudgets,
  estimate: Estimate,
  held: Held & { readonly hold_id: string; readonly amount: NanoUsd | null },
): Promise<Reserved> {
  const { hold_id, amount, bound } = held;
  const asMeant: Reserved = { hold_id, amount, downgrade: null };
  const mayBeUnknown = bound.every(
    ({ action, unknown_price }) => action === 'warn' || unknown_price === 'allow',
  );
  const helps = (cost: NanoUsd | null) =>
    cost === null ? mayBeUnknown : amount === null || cost <= amount;
  const less = await chooseLess(spender, estimate, bound.filter(isPressed), helps);
  if (less === null) return asMeant;
  const { model } = as(spender, less.downgrade);
  if (amount !== null || less.amount === null) {
    await withRetry(() =>
      batch(ctx.db, downgradeStatements(ctx, hold_id, less.amount ?? 0, model)),
    );
    return { hold_id, ...less };
  }
  // Nothing is held at a price that nobody knows, so what costs something has to find room first.
  const other = await hold(ctx, { ...spender, model }, known, less.amount);
  if (other.hold_id === null) return asMeant;
  await withRetry(() => batch(ctx.db, settleStatements(ctx, [hold_id], [])));
  return { hold_id: other.hold_id, ...less };
}

const as = (spender: Spender, { model }: Downgrade): Spender => ({
  ...spender,
  model: model ?? spender.model,
});

interface Held {
  /** null when a budget had no room. */
  readonly hold_id: string | null;
  readonly bound: readonly Bound[];
}

/** Once more where the workspace has another time zone than was known. */
async function hold(
  ctx: Ctx,
  spender: Spender,
  known: KnownBudgets,
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
  const wanted = { id: ctx.newId('hold'), amount };
  const toHeld = (bound: readonly Bound[]): Held => ({
    hold_id: bound.some(({ amount_nano_usd }) => amount_nano_usd !== null) ? wanted.id : null,
    bound,
  });
  return withRetry(async (tries) => {
    // Only the answer may have been lost.
    const made = tries === 1 ? null : toHeld(await selectBinding(ctx, spender, time_zone, wanted));
    if (made !== null && made.hold_id !== null) return made;
    return toHeld(
      (await batch(ctx.db, holdStatements(ctx, spender, time_zone, wanted))).at(
        -1,
      ) as unknown as Bound[],
    );
  });
}

const isDowngrade = ({ action }: Bound) => action === 'downgrade';

/** Whether a budget was used up to the mark of its rule before this call. */
function isPressed({
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

/** What a rule makes of a call of the model `meant`, which it does not name as another. */
function ruleOf({ id, downgrade }: Bound, meant: string): Downgrade | null {
  if (downgrade === null) return null;
  const { model, max_output_tokens } = JSON.parse(downgrade) as DowngradeRule;
  return { budget_id: id, model: model === meant ? null : model, max_output_tokens };
}
