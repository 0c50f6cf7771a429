export { Account } from './account.ts';
export { type CallIntent, hooks, type UsageHooks } from './hooks.ts';
export { type Period, periodAt, type Span } from './periods.ts';
export {
  free,
  noTokens,
  type PricedModel,
  priceOf,
  type TokenPrices,
  type Tokens,
  unknownTokens,
} from './price.ts';
export { type PriceOverrideRow, replacePriceOverrides, selectPriceOverrides, toTokenPrices } from './price-overrides.ts';
export { contextWindowOf, type ListedModel, listModels, nanoPerTokenOfUsdPerMillion } from './price-table.ts';
export { type Attribution, type ModelCall, type RecordedUsage, recordUsage } from './record.ts';
