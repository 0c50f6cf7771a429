import type { ModelInfo, ModelPrice } from '@pydantic/genai-prices';
import { loadPriceTable, type PriceTable } from './load-price-table.ts';
import type { TokenPrices } from './price.ts';

/** A model of the price table. */
export interface ListedModel {
  readonly model: string;
  readonly name: string | null;
  readonly context_window: number | null;
  /** The prices without surcharges for long inputs; null where they depend on conditions. */
  readonly prices: TokenPrices | null;
}

/** Returns the language models of a provider that are not deprecated, with their prices at an instant. */
export function listModels(table: PriceTable, price_id: string, at: number): ListedModel[] {
  const models = table.findProvider({ providerId: price_id })?.models ?? [];
  return models.flatMap(({ id, name, context_window, deprecated, prices }) => {
    const price = currentPrice(table, price_id, id, prices, at);
    if (deprecated === true || price?.input_mtok === undefined || price.output_mtok === undefined)
      return [];
    return [
      {
        model: id,
        name: name ?? null,
        context_window: context_window ?? null,
        prices: toTokenPrices(price),
      },
    ];
  });
}

/** Returns the prices that the package uses for a call at an instant. */
function currentPrice(
  table: PriceTable,
  price_id: string,
  model: string,
  prices: ModelInfo['prices'],
  at: number,
): ModelPrice | undefined {
  if (!Array.isArray(prices)) return prices;
  const isDaily = prices.some(({ constraint }) => constraint?.type === 'time_of_date');
  const calculated = isDaily
    ? table.calcPrice({}, model, { providerId: price_id, timestamp: new Date(at) })
    : null;
  if (calculated !== null && calculated.model.id === model) return calculated.model_price;
  const holds = prices.findLast(
    ({ constraint }) =>
      constraint === undefined ||
      ('start_date' in constraint && Date.parse(constraint.start_date) <= at),
  );
  return (holds ?? prices[0])?.prices;
}

function toTokenPrices(price: ModelPrice): TokenPrices | null {
  const of = (key: string) => {
    const value = price[key];
    if (value === undefined) return null;
    return (typeof value === 'number' ? value : value.base) * nanoPerTokenOfUsdPerMillion;
  };
  const input = of('input_mtok');
  const output = of('output_mtok');
  if (input === null || output === null) return null;
  return { input, output, cache_read: of('cache_read_mtok'), cache_write: of('cache_write_mtok') };
}

export const nanoPerTokenOfUsdPerMillion = 1000;

/** True when the table has the model, matched by name as prices are, or has no models of the provider at all. */
export const isListedModel = (table: PriceTable, price_id: string, model: string): boolean =>
  (table.findProvider({ providerId: price_id })?.models ?? []).length === 0 ||
  table.calcPrice({ input_tokens: 0, output_tokens: 0 }, model, { providerId: price_id }) !== null;

const windows = new Map<string, number | null>();
const maxWindows = 500;

/** Returns the context window of a model in tokens, matched by name as prices are; null where the table has none. */
export async function contextWindowOf(price_id: string, model: string): Promise<number | null> {
  const key = `${price_id}/${model}`;
  const cached = windows.get(key);
  if (cached !== undefined) return cached;
  const { calcPrice } = await loadPriceTable();
  const found =
    calcPrice({ input_tokens: 0, output_tokens: 0 }, model, { providerId: price_id })?.model
      .context_window ?? null;
  if (windows.size >= maxWindows) windows.delete(windows.keys().next().value as string);
  windows.set(key, found);
  return found;
}
