import { readModelName } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { free, isListedModel, loadPriceTable, type PriceTable } from '../usage/index.ts';
import { findProvider } from './providers.ts';
import { explainNoAccess, findAccess, readWorkspaceModels } from './workspace-models.ts';

/** A possible problem of a valid configuration. `pointer` is a JSON Pointer into the request body. */
export interface Warning {
  readonly code: string;
  readonly detail: string;
  readonly pointer: string;
}

interface Models {
  readonly model: string;
  readonly fallback_models: readonly string[];
}

/** Returns true when the price table lists models of the provider but not this one. */
function isUnlisted(table: PriceTable, name: string): boolean {
  const named = readModelName(name);
  const price_id = findProvider(named?.provider ?? '')?.price_id;
  return (
    named !== null &&
    price_id != null &&
    price_id !== free &&
    !isListedModel(table, price_id, named.model)
  );
}

const unlistedDetail = (name: string): string =>
  `${name} is not in the price table. Check the name. If it is a new model, its cost is null until you set a price with \`PUT /prices\`.`;

/** Returns a function that lists the warnings about the models of a configuration. The workspace's settings are cached for up to 30 seconds; otherwise one round trip. */
export async function modelWarnings(ctx: Ctx): Promise<(models: Models) => Warning[]> {
  const workspaceModels = await readWorkspaceModels(ctx);
  const table = await loadPriceTable();
  const unlisted = (name: string, pointer: string): Warning[] =>
    workspaceModels.prices.has(name) || !isUnlisted(table, name)
      ? []
      : [{ code: 'unknown_model', detail: unlistedDetail(name), pointer }];
  const warn = (name: string, pointer: string, effect: string): Warning[] => {
    const provider = findProvider(readModelName(name)?.provider ?? '');
    if (provider === undefined || findAccess(ctx, provider, workspaceModels) !== null) return [];
    const { reason, cure } = explainNoAccess(ctx, provider, workspaceModels);
    return [{ code: 'provider_not_configured', detail: `${reason}: ${effect}. ${cure}`, pointer }];
  };
  return ({ model, fallback_models }) => [
    ...unlisted(model, '/config/model'),
    ...warn(
      model,
      '/config/model',
      fallback_models.length === 0
        ? `calls of ${model} fail`
        : `${model} is skipped and the fallback models are called`,
    ),
    ...fallback_models.flatMap((name, index) => [
      ...unlisted(name, `/config/fallback_models/${index}`),
      ...warn(name, `/config/fallback_models/${index}`, `${name} is skipped as a fallback`),
    ]),
  ];
}
