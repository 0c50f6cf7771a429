export { Account, type AccountSnapshot } from './account.ts';
export type { Hold } from './hold.ts';
export { loadPriceTable, type PriceTable } from './load-price-table.ts';
export { type Period, periodAt, type Span } from './periods.ts';
export {
  free,
  noTokens,
  openPrice,
  type Price,
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
  listModels,
  nanoPerTokenOfUsdPerMillion,
} from './price-table.ts';
export { type Attribution, recordUsage } from './record.ts';
export { typicalOutput } from './typical-output.ts';
