import { selectLostHolds, settleStatements } from '../budgets/index.ts';
import type { Statement } from '../db/client.ts';
import { readModelName } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { type Attribution, free, openPrice, recordUsage, type Tokens } from '../usage/index.ts';
import { findProvider } from './providers.ts';
import { readWorkspaceModels } from './workspace-models.ts';

/** A call whose host ended before it stored the result. */
export interface LostCall extends Omit<Attribution, 'account' | 'run_id'> {
  readonly run_id: string;
  readonly api_key_id: string | null;
  /** The key of the original call: `run_…:2`. */
  readonly call_key: string;
  readonly model: string;
  readonly operation: string;
  /** Estimated from the stored part of the answer. */
  readonly tokens: Tokens;
  readonly is_estimated: boolean;
  readonly latency_ms: number;
}

/**
 * Returns the statements that settle the budget holds of a run whose host was lost, for the batch that
 * closes the run. `lost` is recorded under the key of the call's first attempt, so that it is not
 * counted in addition to the call itself.
 */
export async function settleLost(
  ctx: Ctx,
  run_id: string,
  lost: LostCall | null,
): Promise<Statement[]> {
  const holds = await selectLostHolds(ctx, run_id);
  const named = lost === null ? null : readModelName(lost.model);
  const provider = named === null ? undefined : findProvider(named.provider);
  if (lost === null || named === null || provider === undefined)
    return settleStatements(ctx, holds, []);
  const { model: name, ...call } = lost;
  const override =
    provider.price_id === free ? null : ((await readWorkspaceModels(ctx)).prices.get(name) ?? null);
  const recorded = recordUsage(ctx, {
    ...call,
    call_key: `${lost.call_key}:0`,
    provider: provider.id,
    model: named.model,
    price: await openPrice({ price_id: provider.price_id, model: named.model, override }),
    first_token_ms: null,
    status: 'aborted',
  });
  return [recorded.statement, ...settleStatements(ctx, holds, [recorded.id])];
}
