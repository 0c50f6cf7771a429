import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, request, rootKey } from '../support/api.ts';
import { fillPath, operations } from '../support/document.ts';
import { randomValues, type Seeded, seed, validOptions, valuesFor } from '../support/resources.ts';

const guarded = operations.filter(({ access }) => access !== 'public');

function expectUncached({ status, headers }: Answer, context: string): void {
  const what = `${context}: ${status}`;
  expect(headers.get('cache-control')?.split(', '), what).toContain('no-store');
  const vary = headers.get('vary')?.split(/, */) ?? [];
  expect(
    vary.filter((name) => name === 'Authorization'),
    what,
  ).toHaveLength(1);
}

describe('caches', () => {
  let own: Seeded;
  beforeAll(async () => {
    own = await seed('Caches');
  });

  it.each(guarded.map((operation) => [operation.name, operation] as const))(
    '%s has Cache-Control: no-store',
    async (_name, operation) => {
      const { method, access } = operation;
      const credential = access === 'root' ? rootKey : own.workspace.key;
      const nowhere = fillPath(operation, { ...randomValues(), provider: 'unknown' });
      expectUncached(await request(method, nowhere, null), 'without a credential');
      expectUncached(
        await request(method, nowhere, access === 'root' ? own.workspace.key : rootKey),
        'with the wrong credential',
      );
      const broken =
        method === 'GET' ? {} : { body: '{', headers: { 'content-type': 'application/json' } };
      expectUncached(await request(method, `${nowhere}?unknown=1`, credential, broken), 'refused');
      expectUncached(
        await request(method, nowhere, credential, { headers: { accept: 'image/png' } }),
        'not acceptable',
      );
      if (method !== 'GET' && method !== 'POST') return;
      const values = await valuesFor(operation, own);
      const valid = method === 'GET' ? {} : validOptions(operation, values);
      const forms =
        valid.json === undefined
          ? [valid]
          : [valid, validOptions(operation, values, { stream: true })];
      for (const options of forms) {
        const answer = await request(method, fillPath(operation, values), credential, options);
        if (options === valid) expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
        expectUncached(answer, JSON.stringify(options.json) ?? '');
      }
    },
  );

  it('must not store streams, tables and files', async () => {
    const { session, agent, run, file } = own.values;
    const headers = { accept: 'text/event-stream' };
    for (const [method, path, options] of [
      ['POST', `/api/v1/sessions/${session}/messages`, { json: { message: 'Hello' }, headers }],
      [
        'POST',
        '/v1/chat/completions',
        { json: { model: agent, stream: true, messages: [{ role: 'user', content: 'Hello' }] } },
      ],
      ['POST', '/v1/responses', { json: { model: agent, stream: true, input: 'Hello' } }],
      ['GET', `/api/v1/runs/${run}/events`, { headers }],
      ['GET', `/api/v1/files/${file}/content`, {}],
      ['GET', '/api/v1/usage', { headers: { accept: 'text/csv' } }],
      ['GET', '/metrics', {}],
    ] as const) {
      const answer = await request(method, path, own.workspace.key, options);
      expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(200);
      expectUncached(answer, path);
    }
  });

  it('must not store 404 and 405 responses', async () => {
    for (const [method, path] of [
      ['GET', '/api/v1/nothing'],
      ['GET', '/v1/nothing'],
      ['PATCH', '/api/v1/agents'],
      ['PUT', '/v1/models'],
    ] as const) {
      expectUncached(await request(method, path, own.workspace.key), path);
    }
  });

  it('get Vary: Origin', async () => {
    const origin = { origin: 'https://app.example' };
    const answer = await request('GET', '/api/v1/users/me', own.workspace.key, { headers: origin });
    expectUncached(answer, 'with an origin');
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const preflight = await request('OPTIONS', '/api/v1/users/me', null, {
      headers: {
        ...origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    expect([preflight.status, preflight.headers.get('access-control-max-age')]).toEqual([
      204,
      '600',
    ]);
    expect(preflight.headers.get('vary')).toContain('Access-Control-Request-Headers');
  });
});
