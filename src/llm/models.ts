import {
  builtinLanguageModelNames,
  embeddingModelNames,
  isLanguageModel,
  isNamedLikeEmbedding,
  isPriceOnly,
  readModelName,
} from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { type Page, readPage } from '../shared/page.ts';
import {
  free,
  listModels as listPriced,
  loadPriceTable,
  nanoPerTokenOfUsdPerMillion,
  type PriceTable,
  type TokenPrices,
} from '../usage/index.ts';
import { capabilitiesOf } from './capabilities.ts';
import { type Provider, providers } from './providers.ts';
import type { ModelInfo, ModelQuery } from './schema.ts';
import { servedModels } from './served-models.ts';
import { findAccess, readWorkspaceModels } from './workspace-models.ts';

/**
 * Lists the language models that this workspace can call: those of the price table and those with a
 * price override, of every provider that it has access to. Unlisted models of these providers can be
 * called too.
 */
export function listModels(
  ctx: Ctx,
  { limit, cursor, ...filters }: ModelQuery,
): Promise<Page<ModelInfo>> {
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'models', filters },
    { limit, cursor },
    async (after, count) => {
      const models = await callableModels(ctx);
      return models
        .filter((model) => (after === null || model.id > after) && matches(model, filters))
        .slice(0, count);
    },
    ({ id }) => id,
    (model) => model,
  );
}

export interface CallableModels {
  readonly language: readonly string[];
  readonly embedding: readonly string[];
}

/**
 * Returns the names of the models that this workspace can call: those of `listModels`, the embedding
 * models of known dimensions, models with a price override, and models that its own servers list.
 */
export async function listCallableModels(ctx: Ctx): Promise<CallableModels> {
  const { prices, ...models } = await readWorkspaceModels(ctx);
  const open = providers.filter((provider) => findAccess(ctx, provider, models) !== null);
  const isOpen = new Set<string>(open.map(({ id }) => id));
  const of = (name: string) => isOpen.has(readModelName(name)?.provider ?? '');
  const served = await Promise.all(
    open.map(async (one) => (await servedModels(ctx, one)).map((model) => `${one.id}/${model}`)),
  );
  const own = [...served.flat(), ...[...prices.keys()].filter(of)];
  const embedding = [...embeddingModelNames().filter(of), ...own.filter(isNamedLikeEmbedding)];
  const language = [
    ...(await callableModels(ctx)).map(({ id }) => id),
    ...own.filter(isLanguageModel),
  ];
  const isEmbedding = new Set(embedding);
  return {
    embedding: [...isEmbedding],
    language: [...new Set(language)].filter((name) => !isEmbedding.has(name)),
  };
}

function matches(
  model: ModelInfo,
  { provider, q, ...required }: Omit<ModelQuery, 'limit' | 'cursor'>,
): boolean {
  if (provider !== undefined && model.provider !== provider) return false;
  if (q !== undefined && !`${model.id} ${model.name ?? ''}`.toLowerCase().includes(q.toLowerCase()))
    return false;
  return Object.entries(required).every(
    ([name, value]) =>
      value === undefined || (model.capabilities[name as keyof typeof required] === true) === value,
  );
}

async function callableModels(ctx: Ctx): Promise<ModelInfo[]> {
  const models = await readWorkspaceModels(ctx);
  const table = await loadPriceTable();
  const found = providers
    .filter((provider) => findAccess(ctx, provider, models) !== null)
    .flatMap((provider) => modelsOf(ctx, table, provider, models.prices));
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function modelsOf(
  ctx: Ctx,
  table: PriceTable,
  { id: provider, price_id }: Provider,
  overrides: ReadonlyMap<string, TokenPrices>,
): ModelInfo[] {
  if (price_id === free) {
    const prices = { input: 0, output: 0, cache_read: null, cache_write: null };
    return builtinLanguageModelNames.map((id) =>
      toModel(id, { name: 'Quotes passages; built in', context_window: null }, prices, 'free'),
    );
  }
  const priced = price_id === null ? [] : listPriced(table, price_id, ctx.now());
  const listed = priced.filter(
    ({ model }) => isLanguageModel(`${provider}/${model}`) && !isPriceOnly(model),
  );
  const listedModels = listed.map(({ model, prices, ...about }) => {
    const id = `${provider}/${model}`;
    const override = overrides.get(id);
    return toModel(
      id,
      about,
      toWirePrices(override ?? prices),
      override !== undefined ? 'override' : prices === null ? null : 'table',
    );
  });
  const names = new Set(listedModels.map(({ id }) => id));
  const own = [...overrides].filter(
    ([id]) => !names.has(id) && isLanguageModel(id) && readModelName(id)?.provider === provider,
  );
  return [
    ...listedModels,
    ...own.map(([id, prices]) =>
      toModel(id, { name: null, context_window: null }, toWirePrices(prices), 'override'),
    ),
  ];
}

function toModel(
  id: string,
  about: Pick<ModelInfo, 'name' | 'context_window'>,
  prices: ModelInfo['prices'],
  price_source: ModelInfo['price_source'],
): ModelInfo {
  const { tools, images, structured_output, reasoning } = capabilitiesOf(id);
  const provider = readModelName(id)?.provider ?? '';
  return {
    id,
    provider,
    ...about,
    prices,
    price_source,
    capabilities: { tools, images, structured_output, reasoning },
  };
}

export function toWirePrices(prices: TokenPrices | null): ModelInfo['prices'] {
  if (prices === null) return null;
  const perMillion = (price: number) =>
    Math.round((price / nanoPerTokenOfUsdPerMillion) * 1e9) / 1e9;
  const orNull = (price: number | null) => (price === null ? null : perMillion(price));
  return {
    input: perMillion(prices.input),
    output: perMillion(prices.output),
    cache_read: orNull(prices.cache_read),
    cache_write: orNull(prices.cache_write),
  };
}
