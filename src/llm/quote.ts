import { readModelName } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { NanoUsd } from '../shared/money.ts';
import { priceOf, type Tokens } from '../usage/index.ts';
import { findProvider } from './providers.ts';
import { readWorkspaceModels } from './workspace-models.ts';

export type Quote = (tokens: Tokens) => NanoUsd | null;

/**
 * Returns a function that gives the price of a call of a model at the current prices of the workspace; null where the
 * price or the tokens are unknown. The prices are cached for up to 30 seconds; otherwise one round trip.
 */
export async function quoteModels(ctx: Ctx): Promise<(name: string) => Quote> {
  const { prices } = await readWorkspaceModels(ctx);
  return (name) => {
    const named = readModelName(name);
    const price_id = findProvider(named?.provider ?? '')?.price_id ?? null;
    const model = named?.model ?? name;
    return (tokens) =>
      priceOf({ price_id, model, override: prices.get(name) ?? null }, tokens, ctx.now());
  };
}
