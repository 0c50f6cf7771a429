export type PriceTable = typeof import('@pydantic/genai-prices');

/**
 * Loads the price table of pydantic/genai-prices. Evaluating it is expensive, and its data is text that is parsed when it is
 * evaluated (`scripts/price-table.ts`, docs/decisions/0051-start-up.md).
 */
export const loadPriceTable = (): Promise<PriceTable> => import('../../dist/price-table.mjs');
