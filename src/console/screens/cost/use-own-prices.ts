import type { PriceList } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { type Action, useAction } from '../../api/use-action.ts';

type Overrides = PriceList['overrides'];
type Change = (prices: Overrides) => Overrides;

/**
 * Changes own prices. The API replaces the whole list, so that it is read immediately before: prices that others have set in
 * the meantime are kept.
 */
export const useOwnPrices = (onDone: () => void): Action<Change, unknown> =>
  useAction<Change>(
    async (change) => {
      const overrides = change(await readOverrides());
      return client.PUT('/api/v1/prices', { body: { overrides } });
    },
    { refresh: ['/api/v1/prices'], onDone },
  );

async function readOverrides(): Promise<Overrides> {
  const overrides: Overrides = [];
  let cursor: string | null = null;
  do {
    const query: { cursor?: string } = cursor === null ? {} : { cursor };
    const { data } = await client.GET('/api/v1/prices', {
      params: { query: { source: 'override', limit: 100, ...query } },
    });
    for (const { model, prices } of data?.data ?? [])
      if (prices !== null) overrides.push({ model, ...prices });
    cursor = data?.next_cursor ?? null;
  } while (cursor !== null);
  return overrides;
}
