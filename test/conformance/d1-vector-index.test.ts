import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { newDbStats, openDb } from '../../src/db/client.ts';
import { createD1VectorIndex } from '../../src/platform/d1-vector-index.ts';
import { newId } from '../../src/shared/id.ts';

const meter = newDbStats();
const index = createD1VectorIndex(openDb(env.DB.withSession(), meter));
const dimensions = 96;
const count = 9000;
const [workspace_id, base_id] = [newId('ws'), newId('kb')];

let seed = 7;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const noise = () => random() + random() + random() - 1.5;
const centre = Array.from({ length: dimensions }, noise);
const topics = Array.from({ length: 40 }, () => Array.from({ length: dimensions }, noise));
/** Vectors of topics around a common centre, as those of embedding models. */
const vectorOf = (topic = topics[Math.floor(random() * topics.length)] ?? []) =>
  centre.map((value, at) => value + (topic[at] ?? 0) + 0.7 * noise());
const records = Array.from({ length: count }, () => ({
  id: newId('chk'),
  base_id,
  content: '',
  values: vectorOf(),
}));

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  return product / (Math.hypot(...a) * Math.hypot(...b));
}
const exact = (values: readonly number[], among: typeof records, limit: number) =>
  among
    .map(({ id, values: own }) => ({ id, score: cosine(values, own) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);

let revision = 0;
const query = (values: readonly number[], limit = 10, ids?: readonly string[]) =>
  index.query({
    workspace_id,
    bases: [{ id: base_id, vectors_revision: revision }],
    values,
    limit,
    ...(ids && { ids }),
  });
const blocksOf = async (base = base_id) =>
  (
    await env.DB.prepare(
      'select first_seq, last_seq, count from vector_blocks where base_id = ? order by last_seq',
    )
      .bind(base)
      .all<{ first_seq: number; last_seq: number; count: number }>()
  ).results;
const listOf = (base = base_id) =>
  env.DB.prepare('select tail, packed, removed from vector_lists where base_id = ?')
    .bind(base)
    .first();
async function recall(among: typeof records): Promise<number> {
  let found = 0;
  for (let round = 0; round < 20; round += 1) {
    const values = vectorOf();
    const best = new Set(exact(values, among, 10).map(({ id }) => id));
    found += (await query(values)).filter(({ id }) => best.has(id)).length;
  }
  return found / 200;
}

describe('a large base in the D1 index', () => {
  beforeAll(async () => {
    for (let start = 0; start < count; start += 3000)
      await index.upsert(workspace_id, records.slice(start, start + 3000));
    revision += 1;
  });

  it('is compared exactly until its vectors are packed, and found by signature with a recall above 0.95 after that', async () => {
    expect(await recall(records)).toBeGreaterThan(0.95);
    expect(await index.maintain()).toBe(4 * 2048);
    expect(await index.maintain()).toBe(0);
    expect((await blocksOf()).map((block) => block.count)).toEqual([2048, 2048, 2048, 2048]);
    expect(await listOf()).toEqual({ tail: count - 8192, packed: 8192, removed: 0 });
    revision += 1;
    expect(await recall(records)).toBeGreaterThan(0.95);
    const values = vectorOf();
    const [best] = await query(values);
    expect(best?.score).toBeCloseTo(exact(values, records, 1)[0]?.score ?? 0, 2);
  });

  it('reads the candidates of a query, and after a write the vectors behind the blocks', async () => {
    await query(vectorOf());
    meter.rows_read = 0;
    meter.trips = 0;
    await query(vectorOf());
    expect(meter.trips).toBe(1);
    expect(meter.rows_read).toBeLessThan(2500);
    revision += 1;
    meter.rows_read = 0;
    meter.trips = 0;
    await query(vectorOf());
    expect(meter.trips).toBe(2);
    expect(meter.rows_read).toBeLessThan(5000);
  });

  it('finds changed vectors at their new place only, and removed ones no longer', async () => {
    const [changed, removed] = [records[100], records[200]];
    if (changed === undefined || removed === undefined) throw new Error('no records');
    const former = changed.values;
    changed.values = vectorOf();
    await index.upsert(workspace_id, [changed]);
    await index.remove(workspace_id, [removed.id]);
    revision += 1;
    const hits = await query(changed.values);
    expect(hits[0]?.id).toBe(changed.id);
    expect(hits.filter(({ id }) => id === changed.id)).toHaveLength(1);
    expect((await query(former))[0]?.score).toBeLessThan(0.999);
    expect((await query(removed.values, 50)).map(({ id }) => id)).not.toContain(removed.id);
    expect(await listOf()).toMatchObject({ removed: 2 });
    records.splice(200, 1);
  });

  it('compares with given ids only, and with none of another base or workspace', async () => {
    const some = records.slice(50, 90);
    const values = vectorOf();
    const ids = some.map(({ id }) => id);
    expect((await query(values, 5, ids)).map(({ id }) => id)).toEqual(
      exact(values, some, 5).map(({ id }) => id),
    );
    const foreign = { workspace_id: newId('ws'), bases: [{ id: base_id, vectors_revision: 1 }] };
    expect(await index.query({ ...foreign, values, limit: 5, ids })).toEqual([]);
    expect(await index.query({ ...foreign, values, limit: 5 })).toEqual([]);
    const other = [{ id: newId('kb'), vectors_revision: 1 }];
    expect(await index.query({ workspace_id, bases: other, values, limit: 5, ids })).toEqual([]);
  });

  it('returns thousands of hits in order', async () => {
    const hits = await query(vectorOf(), 3000);
    expect(hits).toHaveLength(3000);
    expect(new Set(hits.map(({ id }) => id)).size).toBe(3000);
    expect(hits.every(({ score }, at) => at === 0 || score <= (hits[at - 1]?.score ?? 0))).toBe(
      true,
    );
  });

  it('merges blocks of which most has been removed, while an isolate still has the former ones', async () => {
    const gone = records.splice(0, 6000);
    await index.remove(
      workspace_id,
      gone.map(({ id }) => id),
    );
    // Cached blocks and lists are those from before.
    expect(await recall(records)).toBeGreaterThan(0.95);
    const [once, twice] = await Promise.all([index.maintain(), index.maintain()]);
    expect(once + twice).toBeGreaterThan(0);
    const blocks = await blocksOf();
    expect(blocks.length).toBeLessThan(4);
    for (const [at, { first_seq }] of blocks.entries())
      expect(first_seq).toBeGreaterThan(blocks[at - 1]?.last_seq ?? 0);
    expect(await recall(records)).toBeGreaterThan(0.95);
    revision += 1;
    expect(await recall(records)).toBeGreaterThan(0.95);
    expect(await index.maintain()).toBe(0);
  });

  it('leaves nothing when all vectors have been removed', async () => {
    await index.remove(
      workspace_id,
      records.map(({ id }) => id),
    );
    await index.maintain();
    expect(await blocksOf()).toEqual([]);
    expect(await listOf()).toBeNull();
    revision += 1;
    expect(await query(vectorOf())).toEqual([]);
  });
});

it('searches vectors of the former table until they are moved, and keeps those that were stored again', async () => {
  const base = newId('kb');
  const own = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ].map((values) => ({ id: newId('chk'), base_id: base, content: '', values }));
  await env.DB.batch(
    own.map(({ id, values }) =>
      env.DB.prepare(
        'insert into chunk_vectors (chunk_id, workspace_id, base_id, vector) values (?, ?, ?, ?)',
      ).bind(
        id,
        workspace_id,
        base,
        btoa(String.fromCharCode(...values.map((value) => value * 127))),
      ),
    ),
  );
  const find = (values: number[], vectors_revision: number) =>
    index.query({ workspace_id, bases: [{ id: base, vectors_revision }], values, limit: 5 });
  expect((await find([1, 0, 0], 1))[0]?.id).toBe(own[0]?.id);
  await index.upsert(workspace_id, [
    { id: own[0]?.id ?? '', base_id: base, content: '', values: [0, 0, 1] },
  ]);
  await index.remove(workspace_id, [own[1]?.id ?? '']);
  expect(await find([0, 0, 1], 2)).toHaveLength(2);
  expect(await index.maintain()).toBe(1);
  const hits = await find([0, 0, 1], 3);
  expect(hits.map(({ score }) => Math.round(score))).toEqual([1, 1]);
  const left = await env.DB.prepare('select count(*) as n from chunk_vectors').first('n');
  expect(left).toBe(0);
});
