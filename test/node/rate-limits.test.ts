import { expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { floodLimits } from '../../src/rate-limits/flood-limits.ts';

interface Settings {
  readonly ratelimits: readonly {
    readonly name: string;
    readonly namespace_id: string;
    readonly simple: object;
  }[];
}
const read = (env: string | undefined) =>
  (unstable_readConfig({ config: 'wrangler.toml', env }) as unknown as Settings).ratelimits;

const address = {
  name: 'ADDRESS_FLOODS',
  simple: { limit: floodLimits.address.limit, period: floodLimits.address.window_s },
};
const bursts = {
  name: 'KEY_BURSTS',
  simple: { limit: floodLimits.key.limit, period: floodLimits.key.window_s },
};

it('has the same flood limits in the bindings as in responses', () => {
  expect(read(undefined)).toMatchObject([address]);
  for (const env of ['staging', 'production']) expect(read(env)).toMatchObject([address, bursts]);
  const ids = [undefined, 'staging', 'production'].flatMap((env) =>
    read(env).map(({ namespace_id }) => namespace_id),
  );
  expect(new Set(ids).size).toBe(ids.length);
});
