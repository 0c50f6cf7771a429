export { Account, type Lowered } from './account.ts';
export type { Hold } from './hold.ts';
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
export {
  type PriceOverrideRow,
  replacePriceOverrides,
  selectPriceOverrides,
  toTokenPrices,
} from './price-overrides.ts';
export {
  contextWindowOf,
  isListedModel,
  type ListedModel,
  listModels,
  nanoPerTokenOfUsdPerMillion,
} from './price-table.ts';
export { type Attribution, type ModelCall, type RecordedUsage, recordUsage } from './record.ts';
export { typicalOutput } from './typical-output.ts';
