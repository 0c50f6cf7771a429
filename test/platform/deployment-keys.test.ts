import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { app } from '../../src/app.ts';
import { sha256 } from '../../src/shared/digest.ts';
import { newId } from '../../src/shared/id.ts';
import {
  type Answer,
  newWorkspace,
  type Options,
  toAnswer,
  toRequest,
  type Workspace,
} from '../support/api.ts';
import { expectProblem, fillPath, operations, pathParameters } from '../support/document.ts';
import { type Seeded, seed } from '../support/resources.ts';

const secretOf = (letter: string) => btoa(letter.repeat(32));
const [first = ''] = env.ENCRYPTION_KEYS.split(',');
const another = { ROOT_KEY: 'another-root-key-of-the-tests-01234' };

/** The same deployment with other settings. */
const deployed = (settings: Partial<Record<keyof Env, string>>) => {
  const changed = { ...env, ...settings } as Env;
  return async (
    method: string,
    path: string,
    key: string,
    options: Options = {},
  ): Promise<Answer> =>
    toAnswer(
      await app.fetch(toRequest(method, path, key, options), changed, createExecutionContext()),
    );
};

describe('stored replies', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newWorkspace();
  });
  const body = { name: 'Sealed', role: 'viewer' };
  const create = (
    key: string,
    settings: Parameters<typeof deployed>[0] = {},
    path = '/api-keys',
    json: object = body,
  ) =>
    deployed(settings)('POST', `/api/v1${path}`, workspace.key, {
      json,
      headers: { 'idempotency-key': key },
    });
  const expectSame = (again: Answer, made: Answer) => {
    expect(again.status, JSON.stringify(again.body)).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(made.body);
  };
  const expectGone = (answer: Answer) => {
    expectProblem(answer, 410);
    expect(answer.body.code).toBe('reply_gone');
    expect(answer.body.detail).toContain('succeeded');
  };

  it('are replayed after ROOT_KEY has changed', async () => {
    const made = await create('root-changed');
    expectSame(await create('root-changed', another), made);
  });

  it('are replayed after a version has been added to ENCRYPTION_KEYS', async () => {
    const made = await create('version-added', { ENCRYPTION_KEYS: first });
    expectSame(
      await create('version-added', { ENCRYPTION_KEYS: `${first},7:${secretOf('n')}` }),
      made,
    );
  });

  it.each([
    ['its version has been removed', { ENCRYPTION_KEYS: `9:${secretOf('r')}` }],
    ['its version has another key', { ENCRYPTION_KEYS: `1:${secretOf('o')}` }],
    ['there are no ENCRYPTION_KEYS any more', { ENCRYPTION_KEYS: '' }],
  ])('return 410 and repeat no effect when %s', async (what, settings) => {
    const key = what.replaceAll(' ', '-');
    const made = await create(key, { ENCRYPTION_KEYS: first });
    expect(made.status).toBe(201);
    for (let times = 0; times < 2; times += 1) expectGone(await create(key, settings));
    expectSame(await create(key, { ENCRYPTION_KEYS: first }), made);
    const { data } = (await workspace.get('/api-keys?limit=100')).body;
    expect(data.filter(({ id }: { id: string }) => id > made.body.id)).toEqual([]);
  });

  it('are kept by a deployment without ENCRYPTION_KEYS while ROOT_KEY is unchanged', async () => {
    const made = await create('none', { ENCRYPTION_KEYS: '' });
    expectSame(await create('none', { ENCRYPTION_KEYS: '' }), made);
    expectSame(await create('none', { ENCRYPTION_KEYS: first }), made);
    expectGone(await create('none', { ENCRYPTION_KEYS: '', ...another }));
  });

  it('return 410 when the stored text is damaged', async () => {
    for (const [at, reply] of [
      '',
      'x',
      'AAAA.BBBB',
      'v1.1.AAAA.BBBB',
      'v1.999999999.AAAA.BBBB',
    ].entries()) {
      await create(`damaged-${at}`);
      const hash =
        'key_hash = (select key_hash from idempotency_keys where workspace_id = ?2 order by rowid desc limit 1)';
      await env.DB.prepare(
        `update idempotency_keys set reply = ?1 where workspace_id = ?2 and ${hash}`,
      )
        .bind(reply, workspace.id)
        .run();
      expectGone(await create(`damaged-${at}`));
    }
  });

  it('do not return the first key of a workspace to another root key', async () => {
    const send = (settings: Parameters<typeof deployed>[0], root: string) =>
      deployed(settings)('POST', '/api/v1/workspaces', root, {
        json: { name: 'Rooted' },
        headers: { 'idempotency-key': `root-${workspace.id}` },
      });
    const made = await send({}, env.ROOT_KEY);
    const other = await send(another, another.ROOT_KEY);
    expect([made.status, other.status, other.headers.get('idempotent-replayed')]).toEqual([
      201,
      201,
      null,
    ]);
    expect(other.body.workspace.id).not.toBe(made.body.workspace.id);
  });

  /** A row as it was written before rows belonged to one credential. */
  const writeUnscoped = async (
    key: string,
    path: string,
    json: object,
    outcome: { reply?: string; run_id?: string },
  ) => {
    const route = `post ${path.replace(/agt_\w+/, '{agent}')}`;
    const [hash, fingerprint] = await Promise.all([
      sha256(JSON.stringify([workspace.id, route, key])),
      sha256(JSON.stringify([`/api/v1${path}`, JSON.stringify(json)])),
    ]);
    const values = [
      workspace.id,
      hash,
      fingerprint,
      outcome.reply ?? null,
      outcome.run_id ?? null,
      Date.now(),
      Date.now() + 86_400_000,
    ];
    await env.DB.prepare(
      'insert into idempotency_keys (workspace_id, key_hash, fingerprint, reply, run_id, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?)',
    )
      .bind(...values)
      .run();
  };

  it('of an earlier release return 410 without repeating their effect or run', async () => {
    await writeUnscoped('earlier', '/api-keys', body, { reply: 'AAAA.BBBB' });
    expectGone(await create('earlier'));
    expect((await create('earlier', {}, '/api-keys', { ...body, name: 'Other' })).body.code).toBe(
      'idempotency_mismatch',
    );
    const agent = (
      await workspace.post('/agents', { name: 'A', config: { instructions: 'Answer.' } })
    ).body.id;
    const message = { message: 'Hello' };
    const run = (await workspace.post(`/agents/${agent}/runs`, message)).body;
    await writeUnscoped('earlier-run', `/agents/${agent}/runs`, message, { run_id: run.run.id });
    const again = await create('earlier-run', {}, `/agents/${agent}/runs`, message);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(again.body.id).toBe(run.id);
  });
});

describe('cursors after ROOT_KEY has changed', () => {
  const lists = operations.filter(({ parameters }) =>
    parameters.some(({ name }) => name === 'cursor'),
  );
  let own: Seeded;
  beforeAll(async () => {
    own = await seed('Cursors');
  });

  it.each(lists.map((operation) => [operation.name, operation] as const))(
    '%s answers 400 invalid_cursor',
    async (_name, operation) => {
      const path = fillPath(operation, {
        ...own.values,
        ...(pathParameters(operation).includes('model') ? { model: own.values.agent } : {}),
      });
      const cursor = `${btoa(newId('key')).replaceAll('=', '')}.${'A'.repeat(43)}`;
      const key = operation.access === 'root' ? another.ROOT_KEY : own.workspace.key;
      const answer = await deployed(another)('GET', `${path}?cursor=${cursor}`, key);
      expectProblem(answer, 400);
      expect(answer.body.code).toBe('invalid_cursor');
    },
  );

  it('are invalid, and the list can be restarted', async () => {
    const { next_cursor } = (await own.workspace.get('/audit-log?limit=1')).body;
    const get = deployed(another);
    expect((await own.workspace.get(`/audit-log?limit=1&cursor=${next_cursor}`)).status).toBe(200);
    expect(
      (await get('GET', `/api/v1/audit-log?limit=1&cursor=${next_cursor}`, own.workspace.key)).body
        .code,
    ).toBe('invalid_cursor');
    expect(
      (await get('GET', '/api/v1/audit-log?limit=1', own.workspace.key)).body.data,
    ).toHaveLength(1);
  });
});
