import { readModelName } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { free, isListedModel } from '../usage/index.ts';
import { findProvider } from './providers.ts';
import { explainNoAccess, findAccess, readWorkspaceModels } from './workspace-models.ts';

/** What may go wrong with a configuration that is valid. `pointer` is a JSON Pointer into the request's body. */
export interface Warning {
  readonly code: string;
  readonly detail: string;
  readonly pointer: string;
}

interface Models {
  readonly model: string;
  readonly fallback_models: readonly string[];
}

/** Of a provider whose models the price table knows, one that it does not know. */
function isUnlisted(name: string): boolean {
  const named = readModelName(name);
  const price_id = findProvider(named?.provider ?? '')?.price_id;
  return (
    named !== null && price_id != null && price_id !== free && !isListedModel(price_id, named.model)
  );
}

const unlistedDetail = (name: string): string =>
  `The price table does not know ${name}. It may be misspelt, or new: then its cost is null until \`PUT /prices\` gives it a price.`;

/** Gives the warnings about a configuration's models as the workspace stands now. Cached for up to 30 seconds; otherwise one trip. */
export async function modelWarnings(ctx: Ctx): Promise<(models: Models) => Warning[]> {
  const known = await readWorkspaceModels(ctx);
  const unlisted = (name: string, pointer: string): Warning[] =>
    known.prices.has(name) || !isUnlisted(name)
      ? []
      : [{ code: 'unknown_model', detail: unlistedDetail(name), pointer }];
  const warn = (name: string, pointer: string, effect: string): Warning[] => {
    const provider = findProvider(readModelName(name)?.provider ?? '');
    if (provider === undefined || findAccess(ctx, provider, known) !== null) return [];
    const { reason, cure } = explainNoAccess(ctx, provider, known);
    return [{ code: 'provider_not_configured', detail: `${reason}: ${effect}. ${cure}`, pointer }];
  };
  return ({ model, fallback_models }) => [
    ...unlisted(model, '/config/model'),
    ...warn(
      model,
      '/config/model',
      fallback_models.length === 0
        ? `calls of ${model} fail`
        : `${model} is passed over for the fallback models`,
    ),
    ...fallback_models.flatMap((name, index) => [
      ...unlisted(name, `/config/fallback_models/${index}`),
      ...warn(name, `/config/fallback_models/${index}`, `${name} is skipped as a fallback`),
    ]),
  ];
}
