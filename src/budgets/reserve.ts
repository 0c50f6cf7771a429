import { batch } from '../db/client.ts';
import { isTransient } from '../db/errors.ts';
import type { DowngradeRule } from '../db/schema/budgets.ts';
import type { Ctx } from '../platform/context.ts';
import type { Failure } from '../shared/failure.ts';
import type { NanoUsd } from '../shared/money.ts';
import { type Bound, holdStatements, type Spender, selectBinding } from './hold.ts';
import { type KnownBudgets, readKnownBudgets } from './known.ts';
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
  readonly downgrade: Downgrade | null;
}

/** What a call may cost at most, as it is meant or as a budget wants it instead; null when the price is not known. */
export type Estimate = (downgrade: Downgrade | null) => Promise<NanoUsd | null>;

const nothing: Reserved = { hold_id: null, downgrade: null };
/** Tries while the database loses the connection. */
const maxTries = 4;

/**
 * Holds what a call may cost against every budget that binds it, in one trip; none where the workspace
 * has no budgets. Throws `budget_exceeded`.
 */
export async function reserve(ctx: Ctx, spender: Spender, estimate: Estimate): Promise<Reserved> {
  const known = await readKnownBudgets(ctx);
  if (known.budgets.length === 0) return nothing;
  const amount = await estimate(null);
  const first = await hold(ctx, spender, known, amount);
  if (first.bound.length === 0) return nothing;
  if (first.hold_id !== null) return { hold_id: first.hold_id, downgrade: ruleOf(first.bound.find(isPressed)) };
  const downgrade = ruleOf(first.bound.find(({ action }) => action === 'downgrade'));
  const less = downgrade === null ? null : await estimate(downgrade);
  if (downgrade === null || isNoLess(less, amount)) throw budgetExceeded(first.bound, amount, ctx.now());
  const second = await hold(ctx, spender, known, less);
  if (second.hold_id === null) throw budgetExceeded(second.bound, less, ctx.now());
  return { hold_id: second.hold_id, downgrade };
}

const isNoLess = (less: NanoUsd | null, amount: NanoUsd | null) => less === null || (amount !== null && less >= amount);

interface Held {
  /** null when a budget had no room. */
  readonly hold_id: string | null;
  readonly bound: readonly Bound[];
}

async function hold(ctx: Ctx, spender: Spender, { time_zone }: KnownBudgets, amount: NanoUsd | null): Promise<Held> {
  const wanted = { id: ctx.newId('hold'), amount };
  const toHeld = (bound: readonly Bound[]): Held => ({
    hold_id: bound.some(({ amount_nano_usd }) => amount_nano_usd !== null) ? wanted.id : null,
    bound,
  });
  for (let tries = 1; ; tries += 1) {
    try {
      // Only the answer may have been lost.
      const made = tries === 1 ? null : toHeld(await selectBinding(ctx, spender, time_zone, wanted));
      if (made !== null && made.hold_id !== null) return made;
      return toHeld((await batch(ctx.db, holdStatements(ctx, spender, time_zone, wanted))).at(-1) as unknown as Bound[]);
    } catch (error) {
      if (!isTransient(error) || tries === maxTries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * 2 ** tries * (1 + Math.random())));
    }
  }
}

/** Whether a budget was used up to the mark of its rule before this call. */
function isPressed({ action, downgrade, limit_nano_usd, spent_nano_usd, held_nano_usd, amount_nano_usd }: Bound): boolean {
  if (action !== 'downgrade' || downgrade === null) return false;
  const { from_percent } = JSON.parse(downgrade) as DowngradeRule;
  return (spent_nano_usd + held_nano_usd - (amount_nano_usd ?? 0)) * 100 >= from_percent * limit_nano_usd;
}

function ruleOf(budget: Bound | undefined): Downgrade | null {
  if (budget === undefined || budget.downgrade === null) return null;
  const { model, max_output_tokens } = JSON.parse(budget.downgrade) as DowngradeRule;
  return { budget_id: budget.id, model, max_output_tokens };
}

/** The 402 for a batch that a budget has made fail. */
export async function refusalOf(ctx: Ctx, spender: Spender, time_zone: string, amount: NanoUsd | null): Promise<Failure> {
  return budgetExceeded(await selectBinding(ctx, spender, time_zone, { id: '', amount }), amount, ctx.now());
}
