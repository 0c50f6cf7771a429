import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { rootKey } from '../support/api.ts';
import { fillPath, type Operation, operations } from '../support/document.ts';
import { recording } from '../support/faulty.ts';
import { seed, validBody } from '../support/resources.ts';
import { tenantTables } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';
import { requestWith } from '../support/worker.ts';

/** Every operation once, each list with each of its filters, and the periodic work; not the figures of the deployment, which are those of all workspaces. */
async function tour(DB: D1Database): Promise<void> {
  const { workspace, values } = await seed('Tour');
  const inOrder = operations
    .filter(({ path }) => !path.startsWith('/api/v1/deployment/'))
    .toSorted((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));
  for (const operation of inOrder) {
    const json = validBody(operation, values);
    const key = operation.access === 'root' ? rootKey : workspace.key;
    const options = {
      ...(json === undefined ? {} : { json }),
      ...(operation.method === 'POST' ? { headers: { 'idempotency-key': 'tour' } } : {}),
    };
    for (const query of queriesOf(operation))
      await requestWith(
        { DB },
        operation.method,
        fillPath(operation, values) + query,
        key,
        options,
      );
  }
  const execution = { waitUntil: () => undefined } as unknown as ExecutionContext;
  for (const cron of ['* * * * *', '7 * * * *'])
    await runSchedule(cron, { ...env, DB } as Env, execution);
}

const filterValues: Readonly<Record<string, string>> = {
  from: '2026-01-01T00:00:00Z',
  to: '2036-01-01T00:00:00Z',
  archived: 'true',
  limit: '1',
};

function queriesOf({ method, parameters }: Operation): string[] {
  const filters = parameters.filter(
    (parameter) => parameter.in === 'query' && parameter.name !== 'cursor',
  );
  if (method !== 'GET') return [''];
  return [
    '',
    ...filters.map(
      ({ name, schema }) =>
        `?${name}=${filterValues[name] ?? schema.enum?.[0] ?? schema.example ?? 'x'}`,
    ),
  ];
}

/** Reads of a whole tenant table are what no index stops; small constant tables and json_each are not among them. */
async function scansOf(
  sql: string,
  values: readonly unknown[],
  tables: ReadonlySet<string>,
): Promise<string[]> {
  // It reads nothing: what its plan lists are children of the table, which are looked through while a foreign key is violated only.
  if (/^insert into "?\w+"? \([^()]*\) values \([^()]*\)$/.test(sql)) return [];
  const { results } = await env.DB.prepare(`explain query plan ${sql}`)
    .bind(...values)
    .all<{ detail: string }>();
  const aliases = new Map(
    [...sql.matchAll(/(?:from|join)\s+"?(\w+)"?\s+(?:as\s+)?"?(\w+)"?/gi)].map(
      ([, table = '', alias = '']) => [alias, table],
    ),
  );
  return results
    .map(({ detail }) => detail)
    .filter((detail) => {
      const [, name = '', rest = ''] = /^SCAN (\w+)(.*)$/.exec(detail) ?? [];
      return tables.has(aliases.get(name) ?? name) && !rest.includes('VIRTUAL TABLE');
    });
}

describe('query plans', () => {
  const statements = new Map<string, readonly unknown[]>();
  let tables: ReadonlySet<string>;
  beforeAll(async () => {
    tables = new Set(await tenantTables());
    const recorded = recording(env.DB);
    await tour(recorded.database);
    for (const { sql, values } of recorded.statements) statements.set(sql, values);
  });

  it('cover the statements of the product', () => {
    expect(statements.size).toBeGreaterThan(20);
    for (const { sql } of [...statements.keys()].map((text) => ({ sql: text })))
      expect(sql).not.toBe('');
  });

  it('are recognized when they scan a table', async () => {
    expect(
      await scansOf('select k.id from api_keys k where k.name = ?', ['x'], tables),
    ).toHaveLength(1);
    expect(
      await scansOf('update "agents" set name = ? where "agents"."name" = ?', ['x', 'y'], tables),
    ).toHaveLength(1);
    expect(await scansOf('select count(*) from "audit_log"', [], tables)).toHaveLength(1);
    expect(await scansOf('select id from api_keys where workspace_id = ?', ['x'], tables)).toEqual(
      [],
    );
  });

  it('scan no table with data of workspaces', async () => {
    const found: string[] = [];
    for (const [sql, values] of statements) {
      if (!/^\s*(select|update|delete|with|insert)/i.test(sql)) continue;
      for (const scan of await scansOf(sql, values, tables)) found.push(`${scan}: ${sql}`);
    }
    expect(found).toEqual([]);
  });

  it('bind every external value, at most 100 per statement (R22)', () => {
    for (const [sql, values] of statements) {
      expect(values.length, sql).toBeLessThanOrEqual(100);
      expect(sql.length, sql).toBeLessThan(100_000);
      expect(sql, 'an id is a parameter, not text').not.toMatch(
        /'(?:ws|agt|key|kb|file|ses|msg|run|ver)_[0-9a-z]{26}'/,
      );
    }
  });
});
