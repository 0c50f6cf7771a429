import { readModelName } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { invalid } from '../shared/failure.ts';
import { free } from '../usage/index.ts';
import { findProvider } from './providers.ts';
import { explainNoAccess, findAccess, readWorkspaceModels } from './workspace-models.ts';

/**
 * Throws `validation_failed` for a model whose provider cannot be called, with the remedy. Takes no round trip for a
 * built-in model, and for others at most one in 30 seconds.
 */
export async function assertConfigured(ctx: Ctx, model: string, pointer: string): Promise<void> {
  const provider = findProvider(readModelName(model)?.provider ?? '');
  if (provider === undefined || provider.price_id === free) return;
  const models = await readWorkspaceModels(ctx);
  if (findAccess(ctx, provider, models) !== null) return;
  const { reason, cure } = explainNoAccess(ctx, provider, models);
  throw invalid(pointer, `${reason}. ${cure}`);
}
