import { readModelName } from '../models/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { type Page, readPage } from '../shared/page.ts';
import {
  free,
  listModels as listPriced,
  loadPriceTable,
  nanoPerTokenOfUsdPerMillion,
  type PriceTable,
  replacePriceOverrides,
  selectPriceOverrides,
  type TokenPrices,
  toTokenPrices,
} from '../usage/index.ts';
import { toWirePrices } from './models.ts';
import { findProvider, providers } from './providers.ts';
import type { ListedPrice, PriceList, PriceQuery, PutPrices } from './schema.ts';
import { invalidateWorkspaceModels } from './workspace-models.ts';

/** Lists the prices of model calls: the price table with the workspace's overrides applied. One round trip. */
export function listPrices(
  ctx: Ctx,
  { limit, cursor, provider, source }: PriceQuery,
): Promise<Page<ListedPrice>> {
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'prices',
      filters: { provider, source },
    },
    { limit, cursor },
    async (after, count) => {
      const rows = await selectPriceOverrides(ctx.db, ctx.workspace_id).all();
      const overrides = new Map(rows.map((row) => [row.model, toTokenPrices(row)]));
      const prices = merge(ctx.now(), await loadPriceTable(), overrides);
      const isWanted = ({ model, ...price }: ListedPrice) =>
        (after === null || model > after) &&
        (source === undefined || price.source === source) &&
        (provider === undefined || readModelName(model)?.provider === provider);
      return prices.filter(isWanted).slice(0, count);
    },
    ({ model }) => model,
    (price) => price,
  );
}

/** Returns the prices in force at an instant, those of `models` only. A model without a price is left out. */
export async function pricesAt(
  ctx: Ctx,
  at: number,
  models: ReadonlySet<string>,
): Promise<ListedPrice[]> {
  const rows = await selectPriceOverrides(ctx.db, ctx.workspace_id).all();
  const overrides = new Map(rows.map((row) => [row.model, toTokenPrices(row)]));
  return merge(at, await loadPriceTable(), overrides).filter(({ model }) => models.has(model));
}

function merge(
  at: number,
  table: PriceTable,
  overrides: ReadonlyMap<string, TokenPrices>,
): ListedPrice[] {
  const listed = new Map<string, TokenPrices | null>(
    providers.flatMap(({ id, price_id }) =>
      price_id === null || price_id === free
        ? []
        : listPriced(table, price_id, at).map(
            ({ model, prices }) => [`${id}/${model}`, prices] as const,
          ),
    ),
  );
  const names = [...new Set([...listed.keys(), ...overrides.keys()])].sort();
  return names.flatMap((model) => {
    const override = overrides.get(model);
    const table_prices = toWirePrices(listed.get(model) ?? null);
    const prices = override === undefined ? table_prices : toWirePrices(override);
    return prices === null
      ? []
      : [
          {
            model,
            source: override === undefined ? ('table' as const) : ('override' as const),
            prices,
            table_prices,
          },
        ];
  });
}

/** Replaces all price overrides. Throws `validation_failed` for models of unknown or free providers. */
export async function setPrices(ctx: Ctx, { overrides }: PutPrices): Promise<PriceList> {
  const errors = overrides.flatMap(({ model }, index) => {
    const provider = findProvider(readModelName(model)?.provider ?? '');
    if (provider !== undefined && provider.price_id !== free) return [];
    return [
      {
        pointer: `/overrides/${index}/model`,
        detail: 'Unknown provider, or a provider whose models are free.',
      },
    ];
  });
  if (errors.length > 0)
    throw new Failure(
      'validation_failed',
      'A price override names a model without a price to override.',
      { errors },
    );
  const now = ctx.now();
  const toNano = (price: number | null) =>
    price === null ? null : price * nanoPerTokenOfUsdPerMillion;
  const rows = overrides.map(({ model, input, output, cache_read, cache_write }) => ({
    workspace_id: ctx.workspace_id,
    model,
    input: input * nanoPerTokenOfUsdPerMillion,
    output: output * nanoPerTokenOfUsdPerMillion,
    cache_read: toNano(cache_read),
    cache_write: toNano(cache_write),
    updated_at: now,
  }));
  await commit(ctx, {
    statements: replacePriceOverrides(ctx.db, ctx.workspace_id, rows),
    audit: [
      {
        action: 'prices.set',
        target_type: 'workspace',
        target_id: ctx.workspace_id,
        detail: { models: overrides.map(({ model }) => model) },
      },
    ],
  });
  invalidateWorkspaceModels(ctx.workspace_id);
  return { overrides };
}
