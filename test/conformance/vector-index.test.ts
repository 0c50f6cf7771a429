import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newDbStats, openDb } from '../../src/db/client.ts';
import { createD1VectorIndex } from '../../src/platform/d1-vector-index.ts';
import { createVectorizeIndex } from '../../src/platform/vectorize-index.ts';
import { newId } from '../../src/shared/id.ts';
import { FakeVectorize } from '../support/vectorize.ts';
import { describeVectorIndex } from './vector-index.ts';

const openD1 = () => createD1VectorIndex(openDb(env.DB.withSession(), newDbStats()));

describeVectorIndex('D1', () => ({ index: openD1(), settle: () => undefined }));

describeVectorIndex('Vectorize', () => {
  let now = 0;
  const fake = new FakeVectorize(() => now, 30_000);
  const settle = () => {
    now += 60_000;
  };
  return { index: createVectorizeIndex(fake as unknown as Vectorize), settle };
});

it('a write to Vectorize becomes visible later', async () => {
  let now = 0;
  const index = createVectorizeIndex(new FakeVectorize(() => now, 30_000) as unknown as Vectorize);
  const [workspace_id, base_id] = [newId('ws'), newId('kb')];
  await index.upsert(workspace_id, [{ id: newId('chk'), base_id, content: '', values: [1, 0] }]);
  const query = () =>
    index.query({
      workspace_id,
      bases: [{ id: base_id, vectors_revision: 1 }],
      values: [1, 0],
      limit: 5,
    });
  expect(await query()).toHaveLength(0);
  now = 30_000;
  expect(await query()).toHaveLength(1);
});

it('Vectorize holds vectors of several lengths up to that of the index, and refuses longer ones', async () => {
  const fake = new FakeVectorize(() => 0, 0, 6);
  const index = createVectorizeIndex(fake as unknown as Vectorize);
  const [workspace_id, short, long, id] = [newId('ws'), newId('kb'), newId('kb'), newId('chk')];
  expect(await index.maxDimensions()).toBe(6);
  const six = [1, 1, 1, 1, 1, 0.5];
  await index.upsert(workspace_id, [
    { id, base_id: short, content: '', values: [1, 2, 3] },
    { id: `${id}:1`, base_id: `${long}:1`, content: '', values: six },
  ]);
  const query = (base: string, values: number[]) =>
    index.query({
      workspace_id,
      bases: [{ id: base, vectors_revision: 1 }],
      values,
      limit: 5,
    });
  expect((await query(short, [1, 2, 3]))[0]?.score).toBeCloseTo(1, 5);
  expect(await query(`${long}:1`, six)).toMatchObject([{ id: `${id}:1` }]);
  const seven = [{ id, base_id: short, content: '', values: [1, 2, 3, 4, 5, 6, 7] }];
  await expect(index.upsert(workspace_id, seven)).rejects.toThrow(
    'has 6 dimensions, and a vector has 7',
  );
});

it('the D1 index reads a base once for each revision', async () => {
  const meter = newDbStats();
  const index = createD1VectorIndex(openDb(env.DB.withSession(), meter));
  const [workspace_id, base_id] = [newId('ws'), newId('kb')];
  await index.upsert(workspace_id, [{ id: newId('chk'), base_id, content: '', values: [1, 0] }]);
  const query = (vectors_revision: number) =>
    index.query({
      workspace_id,
      bases: [{ id: base_id, vectors_revision }],
      values: [1, 0],
      limit: 5,
    });
  meter.trips = 0;
  await query(1);
  await query(1);
  expect(meter.trips).toBe(1);
  await query(2);
  expect(meter.trips).toBe(2);
});

it('the D1 index does not let a workspace replace or remove vectors of another', async () => {
  const index = openD1();
  const [workspace_id, stranger, base_id, id] = [
    newId('ws'),
    newId('ws'),
    newId('kb'),
    newId('chk'),
  ];
  await index.upsert(workspace_id, [{ id, base_id, content: '', values: [1, 0] }]);
  await index.upsert(stranger, [{ id, base_id, content: '', values: [0, 1] }]);
  await index.remove(stranger, [id]);
  const hits = await index.query({
    workspace_id,
    bases: [{ id: base_id, vectors_revision: 1 }],
    values: [1, 0],
    limit: 5,
  });
  expect(hits[0]?.score).toBeCloseTo(1, 2);
});

it('the D1 index reads many uncached bases in one round trip', async () => {
  const meter = newDbStats();
  const index = createD1VectorIndex(openDb(env.DB.withSession(), meter));
  const workspace_id = newId('ws');
  const bases = Array.from({ length: 20 }, () => ({ id: newId('kb'), vectors_revision: 1 }));
  await index.upsert(
    workspace_id,
    bases.map(({ id }) => ({ id: newId('chk'), base_id: id, content: '', values: [1, 0] })),
  );
  meter.trips = 0;
  expect(await index.query({ workspace_id, bases, values: [1, 0], limit: 50 })).toHaveLength(20);
  expect(meter.trips).toBe(1);
});
