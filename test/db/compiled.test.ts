import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { batch, newDbStats, openDb, type Statement } from '../../src/db/client.ts';
import { compileByColumns } from '../../src/db/compiled.ts';
import { runs } from '../../src/db/schema/runs.ts';

const db = () => openDb(env.DB.withSession('first-primary'), newDbStats());
const asked = (statement: Statement) => {
  const { sql, params } = (
    statement as unknown as {
      _prepare: () => { getQuery: () => { sql: string; params: unknown[] } };
    }
  )
    ._prepare()
    .getQuery();
  return { sql, params };
};

type Row = typeof runs.$inferInsert;
const row: Row = {
  id: 'run_1',
  workspace_id: 'ws_1',
  agent_id: 'agt_1',
  version_id: 'ver_1',
  status: 'running',
  is_preview: true,
  context: { messages: [1, "it's"] },
  metadata: null,
  lease_until: 1,
  created_at: 2,
};

it('generates the same SQL and parameters as Drizzle', () => {
  const insert = compileByColumns<Row>((to, values) => to.insert(runs).values(values));
  for (const one of [row, { ...row, context: null }, { ...row, is_preview: false, id: 'run_2' }]) {
    const [ours, theirs] = [asked(insert(db(), one)), asked(db().insert(runs).values(one))];
    // Drizzle names the columns that are left out, with null.
    const named = (sql: string) =>
      /\((.*?)\) values \((.*?)\)/
        .exec(sql)
        ?.slice(1)
        .map((list) => list.split(', ')) ?? [];
    expect(named(ours.sql)).toEqual(named(theirs.sql));
    expect(ours.params).toEqual(theirs.params);
  }
  const change = compileByColumns<Partial<Row> & { readonly own: string }>(
    (to, { own, ...values }) => to.update(runs).set(values).where(eq(runs.id, own)),
  );
  const changes = {
    status: 'completed',
    context: null,
    cost_nano_usd: 7,
    is_preview: undefined,
  } as const;
  expect(asked(change(db(), { ...changes, own: 'run_1' }))).toEqual(
    asked(db().update(runs).set(changes).where(eq(runs.id, 'run_1'))),
  );
});

it('runs in a batch with other statements and reads its own writes', async () => {
  const insert = compileByColumns<Row>((to, values) => to.insert(runs).values(values).returning());
  const own = db();
  const one = { ...row, id: `run_${crypto.randomUUID()}` };
  const read = own.select().from(runs).where(eq(runs.id, one.id));
  const [[written], [stored]] = (await batch(own, [insert(own, one), read])) as unknown as [
    unknown[],
    unknown[],
  ];
  expect(written).toMatchObject(one);
  expect(stored).toEqual(written);
});
