export { priceOf, type Tokens, unknownTokens } from './price.ts';
export { type Attribution, type ModelCall, type RecordedUsage, recordUsage } from './record.ts';
