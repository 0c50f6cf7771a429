import { env } from 'cloudflare:workers';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Answer, request, rootKey } from '../support/api.ts';
import {
  fillPath,
  jsonBodyOf,
  type Operation,
  operations,
  pathParameters,
  resolve,
} from '../support/document.ts';
import { type Fault, faulty } from '../support/faulty.ts';
import { idsInBody, type Seeded, seed, validOptions, valuesFor } from '../support/resources.ts';
import { countAll } from '../support/rows.ts';
import { requestWith } from '../support/worker.ts';

/**
 * Runs live in their hosts, searches spend, executions are logged before they start, and most messages of MCP change
 * nothing: what they leave behind after a fault is tested where they live.
 */
const elsewhere =
  /^\/mcp|\/(messages|actions|search|chat|completions|responses|code-executions|\{architect_session\}\/test)$/;
const creating = operations.filter(
  ({ method, access, path }) =>
    method === 'POST' && access !== 'public' && access !== 'root' && !elsewhere.test(path),
);

/** The queue takes everything and delivers nothing, so that every promised job stays in the outbox. */
const JOBS = {
  send: async () => undefined,
  sendBatch: async () => undefined,
  metrics: async () => undefined,
};

interface Outcome {
  readonly first: Answer;
  readonly again: Answer;
  readonly faults: readonly Fault[];
  /** Rows more than before, by table. */
  readonly added: Readonly<Record<string, number>>;
}

/** Jobs that were promised. The removal of an upload's object is promised before there is a row, and stays until a sweep looks. */
async function countJobs(workspace_id: string): Promise<Record<string, number>> {
  const { results } = await env.DB.prepare(
    'select id from outbox where workspace_id = ? and job not like ? and job not like ?',
  )
    .bind(workspace_id, '%file.delete%', '%attachment.delete%')
    .all();
  return { ...(await countAll(workspace_id)), outbox: results.length };
}

const changes = (before: Record<string, number>, after: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(after).flatMap(([table, n]) =>
      n === before[table] ? [] : [[table, n - (before[table] ?? 0)]],
    ),
  );

interface Disturbed extends Outcome {
  readonly fault: Fault;
}

/** Sends the operation with a fault, then again with the same idempotency key and no fault. */
async function tryTwice(
  operation: Operation,
  { workspace, values: seeded }: Seeded,
  fault: Fault | null,
): Promise<Outcome> {
  const values = await valuesFor(operation, { workspace, values: seeded });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const options = () => ({ headers, ...validOptions(operation, values) });
  const path = fillPath(operation, values);
  await requestWith({ JOBS }, 'GET', '/api/v1/users/me', workspace.key);
  const before = await countJobs(workspace.id);
  const { database, faults } = faulty(env.DB, fault);
  const first = await requestWith(
    { DB: database, JOBS },
    operation.method,
    path,
    workspace.key,
    options(),
  );
  const made = faults();
  const again = await requestWith({ JOBS }, operation.method, path, workspace.key, options());
  return { first, again, faults: made, added: changes(before, await countJobs(workspace.id)) };
}

/** Returns the ids that the path and the required fields of the body name. */
const needsOf = (operation: Operation) => {
  const body = jsonBodyOf(operation);
  const required = idsInBody(body).filter(
    ({ path }) => path.length === 1 && resolve(body ?? {}).required?.includes(String(path[0])),
  );
  return [
    ...(operation.path.startsWith('/v1/') ? ['agent'] : []),
    ...pathParameters(operation),
    ...required.map(({ parameter }) => parameter),
  ];
};

/** Returns true when the operation did the same once more, in as many round trips. */
const isSame = (a: Outcome, b: Outcome) =>
  a.first.status === b.first.status && isDeepStrictEqual([a.added, a.faults], [b.added, b.faults]);

/**
 * Tries the operation with each fault. All of them happen to one workspace if what is done there before makes no
 * difference; otherwise each has a workspace of its own.
 */
async function tryWithFaults(
  operation: Operation,
): Promise<{ readonly expected: Outcome; readonly outcomes: readonly Disturbed[] }> {
  const own = await seed('Undisturbed', needsOf(operation));
  const expected = await tryTwice(operation, own, null);
  const outcomes: Disturbed[] = [];
  if (isSame(expected, await tryTwice(operation, own, null))) {
    for (const fault of expected.faults)
      outcomes.push({ fault, ...(await tryTwice(operation, own, fault)) });
    return { expected, outcomes };
  }
  const alone = expected.faults.map(async (fault) => ({
    fault,
    ...(await tryTwice(operation, await seed('Disturbed', needsOf(operation)), fault)),
  }));
  return { expected, outcomes: await Promise.all(alone) };
}

describe('a retry after a fault of the database', () => {
  it.each(creating.map((operation) => [operation.name, operation] as const))(
    '%s has exactly one effect (R56, R61)',
    async (_name, operation) => {
      const { expected, outcomes } = await tryWithFaults(operation);
      expect(expected.added.idempotency_keys).toBe(1);
      for (const { again } of [expected, ...outcomes])
        expect(again.status, JSON.stringify(again.body)).toBeLessThan(300);
      for (const { fault, first, added } of outcomes) {
        expect(
          [503, expected.first.status],
          `${JSON.stringify(fault)}: ${JSON.stringify(first.body)}`,
        ).toContain(first.status);
        if (first.status === 503) expect(first.headers.get('retry-after')).not.toBe(null);
        expect(added, JSON.stringify(fault)).toEqual(expected.added);
      }
      expect(outcomes.some(({ first }) => first.status === 503)).toBe(true);
    },
  );

  it('POST /api/v1/workspaces creates one workspace (R56)', async () => {
    const options = () => ({
      json: { name: `Once ${crypto.randomUUID()}` },
      headers: { 'idempotency-key': crypto.randomUUID() },
    });
    const named = (name: string) =>
      env.DB.prepare('select count(*) as n from workspaces where name = ?').bind(name).first('n');
    const { database, faults } = faulty(env.DB, null);
    await requestWith({ DB: database }, 'POST', '/api/v1/workspaces', rootKey, options());
    for (const fault of faults()) {
      const same = options();
      const first = await requestWith(
        { DB: faulty(env.DB, fault).database },
        'POST',
        '/api/v1/workspaces',
        rootKey,
        same,
      );
      expect(first.status).toBe(503);
      const again = await request('POST', '/api/v1/workspaces', rootKey, same);
      expect(again.status).toBe(201);
      expect(await named(same.json.name)).toBe(1);
      expect(
        (await request('GET', '/api/v1/audit-log', again.body.api_key.secret)).body.data,
      ).toHaveLength(1);
    }
  });

  it('stores neither change nor audit row when the batch fails, and both when only its response is lost (R83)', async () => {
    const { workspace } = await seed('Halves', []);
    const { trips, database } = faulty(env.DB, null);
    await requestWith({ DB: database }, 'PATCH', '/api/v1/workspace', workspace.key, {
      json: { name: 'Whole' },
    });
    for (let at = 1; at <= trips(); at += 1) {
      for (const mode of ['before', 'after'] as const) {
        const name = `${mode} ${at}`;
        const audited = (await countAll(workspace.id)).audit_log ?? 0;
        await requestWith(
          { DB: faulty(env.DB, { at, mode }).database },
          'PATCH',
          '/api/v1/workspace',
          workspace.key,
          { json: { name } },
        );
        const isChanged = (await workspace.get('/workspace')).body.name === name;
        expect((await countAll(workspace.id)).audit_log, name).toBe(audited + (isChanged ? 1 : 0));
      }
    }
  });
});
