export type PriceTable = typeof import('@pydantic/genai-prices');

/** Loads the price table of pydantic/genai-prices. Evaluating it is expensive (docs/decisions/0051-start-up.md). */
export const loadPriceTable = (): Promise<PriceTable> => import('@pydantic/genai-prices');
