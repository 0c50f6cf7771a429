import { findKnownBudgets, holdStatements, isBudgetViolation, refusalOf, type Spender, settleStatements } from '../budgets/index.ts';
import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import type { Failure } from '../shared/failure.ts';
import { type Attribution, free, type Hold } from '../usage/index.ts';
import type { CallSize } from './call-size.ts';
import { readModelName } from './model-name.ts';
import { findProvider } from './providers.ts';
import { costOf } from './purse.ts';
import { openTarget } from './workspace-models.ts';

export interface RunHold {
  /** For the run's `Account.hold`: its first model call uses it. */
  readonly hold: Hold;
  /** For the batch that starts the run, which fails where there is no room. */
  readonly statements: Statement[];
  /** The 402 of a batch that failed for want of room; null where it failed for another reason. */
  readonly refusal: (error: unknown) => Promise<Failure | null>;
}

/**
 * Holds what the first model call of a run may cost in the batch that starts the run, to save the trip
 * of its own. null where there is nothing to save or too little is known: the call then does it itself.
 */
export async function planRunHold(
  ctx: Ctx,
  call: Attribution & { readonly run_id: string; readonly model: string },
  sizeOf: () => CallSize,
): Promise<RunHold | null> {
  const known = findKnownBudgets(ctx);
  const named = readModelName(call.model);
  const provider = named === null ? undefined : findProvider(named.provider);
  if (known === undefined || known.budgets.length === 0 || named === null || provider === undefined || provider.price_id === free)
    return null;
  // A budget that may want another model has to be asked before the call is made.
  if (known.budgets.some(({ action }) => action === 'downgrade')) return null;
  const target = await openTarget(ctx, provider, named.model).catch(() => null);
  const amount = target === null ? null : costOf(ctx, target, sizeOf());
  if (amount === null) return null;
  const { agent_id = null, end_user_id = null, run_id } = call;
  const spender: Spender = { agent_id, end_user_id, run_id, call_key: run_id, model: call.model };
  const hold = { id: ctx.newId('hold'), amount };
  return {
    hold,
    statements: holdStatements(ctx, spender, known.time_zone, hold, true).slice(0, 2),
    refusal: async (error) => (isBudgetViolation(error) ? refusalOf(ctx, spender, known.time_zone, amount) : null),
  };
}

/** For the batch that ends a run which has made no call after all. */
export const releaseHold = (ctx: Ctx, hold: Hold | null): Statement[] => (hold === null ? [] : settleStatements(ctx, [hold.id], []));
