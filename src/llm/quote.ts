import { readModelName } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { NanoUsd } from '../shared/money.ts';
import { openPrice, type Tokens } from '../usage/index.ts';
import { findProvider } from './providers.ts';
import { readWorkspaceModels } from './workspace-models.ts';

export type Quote = (tokens: Tokens) => NanoUsd | null;

/**
 * Returns a function that gives the price of a call of a model at the current prices of the workspace; null where the
 * price or the tokens are unknown. The workspace's prices are cached for up to 30 seconds; otherwise one round trip.
 */
export async function quoteModel(ctx: Ctx, name: string): Promise<Quote> {
  const { prices } = await readWorkspaceModels(ctx);
  const named = readModelName(name);
  const price_id = findProvider(named?.provider ?? '')?.price_id ?? null;
  const model = named?.model ?? name;
  const price = await openPrice({ price_id, model, override: prices.get(name) ?? null });
  return (tokens) => price(tokens, ctx.now());
}
