import { expect, it, vi } from 'vitest';
import { measureOperations } from '../../bench/operations.ts';
import { newWorkspace, request } from '../support/api.ts';

it('keeps the round trips of every operation within its budget', async () => {
  const workspace = await newWorkspace();
  const costs = await measureOperations(
    (method, path, json, headers = {}) =>
      request(method, `/api/v1${path}`, workspace.key, {
        headers,
        ...(json === undefined ? {} : { json }),
      }),
    async (file) => {
      await vi.waitUntil(
        async () => (await workspace.get(`/files/${file}`)).body.status === 'ready',
        { timeout: 150_000 },
      );
    },
  );
  expect(costs.length).toBeGreaterThan(10);
  for (const { operation, trips, budget } of costs)
    expect
      .soft({ operation, isWithin: trips > 0 && trips <= budget, trips })
      .toMatchObject({ isWithin: true });
});
