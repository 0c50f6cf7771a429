import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, newWorkspace, request, rootKey, type Workspace } from '../support/api.ts';
import {
  call,
  expectProblem,
  fillPath,
  operations,
  withoutRequestId,
} from '../support/document.ts';
import { type Seeded, seed, validOptions, valuesFor } from '../support/resources.ts';
import { countRows } from '../support/rows.ts';

const posts = operations.filter(({ method }) => method === 'POST');
const key = (value: string) => ({ headers: { 'idempotency-key': value } });
const together = <Result>(count: number, one: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, one));

describe('Idempotency-Key (R55)', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newWorkspace();
  });
  const create = (name: string, idempotency_key: string, as = workspace) =>
    as.post('/api-keys', { name, role: 'viewer' }, key(idempotency_key));

  it('replays the reply and marks it as replayed', async () => {
    const first = await create('Once', 'again');
    const again = await create('Once', 'again');
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([
      null,
      'true',
    ]);
  });

  it('returns 422 for another body or path', async () => {
    await create('One', 'other-body');
    const other = await create('Two', 'other-body');
    expectProblem(other, 422);
    expect(other.body.code).toBe('idempotency_mismatch');
    expect(other.body.detail).toContain('one path and one body');
    const [a, b] = [await workspace.withRole('viewer'), await workspace.withRole('viewer')];
    expect((await workspace.post(`/api-keys/${a.key_id}/rotate`, {}, key('target'))).status).toBe(
      201,
    );
    expect(
      (await workspace.post(`/api-keys/${b.key_id}/rotate`, {}, key('target'))).body.code,
    ).toBe('idempotency_mismatch');
  });

  it('is scoped to workspace and route', async () => {
    const other = await newWorkspace();
    const [here, there] = [await create('Same', 'shared'), await create('Same', 'shared', other)];
    expect([here.status, there.status]).toEqual([201, 201]);
    expect(there.body.id).not.toBe(here.body.id);
    expect(
      (await workspace.post(`/api-keys/${here.body.id}/rotate`, {}, key('shared'))).status,
    ).toBe(201);
  });

  it('is scoped to one API key, also among keys of equal access', async () => {
    const second = await workspace.withRole('admin');
    const first = await create('By whom', 'credentials');
    const other = await create('By whom', 'credentials', second);
    expect([first.status, other.status, other.headers.get('idempotent-replayed')]).toEqual([
      201,
      201,
      null,
    ]);
    expect(other.body.id).not.toBe(first.body.id);
    expect(
      (await create('Another body', 'credentials', await workspace.withRole('admin'))).status,
    ).toBe(201);
    expect((await create('By whom', 'credentials')).body).toEqual(first.body);
    expect((await create('By whom', 'credentials', second)).body).toEqual(other.body);
  });

  it('does not store failures', async () => {
    const { status } = await workspace.post(
      '/api-keys',
      { name: '', role: 'viewer' },
      key('failed'),
    );
    expect(status).toBe(422);
    expect((await create('Repaired', 'failed')).status).toBe(201);
  });

  it.each(['x'.repeat(256), 'a b', 'caf\u00e9', ''])('refuses %j with 422', async (value) => {
    const answer = await create('Bad key', value);
    expectProblem(answer, 422);
    expect(answer.body.errors).toMatchObject([{ pointer: 'Idempotency-Key' }]);
  });

  it('accepts a key of 255 characters', async () =>
    expect((await create('Long', 'x'.repeat(255))).status).toBe(201));

  it('has one effect and one reply for ten concurrent requests', async () => {
    const [own, target] = [await newWorkspace(), await newWorkspace()];
    const old = await target.withRole('viewer');
    const answers = await together(10, () => create('Together', 'ten', own));
    const rotated = await together(10, () =>
      target.post(`/api-keys/${old.key_id}/rotate`, {}, key('ten')),
    );
    const made = await together(10, () =>
      request('POST', '/api/v1/workspaces', rootKey, {
        json: { name: 'Ten' },
        ...key(`ten-${own.id}`),
      }),
    );
    for (const equal of [answers, rotated, made]) {
      expect(
        new Set(equal.map(({ body }) => JSON.stringify(body))).size,
        JSON.stringify(equal.map(({ body }) => body.code)),
      ).toBe(1);
      expect(new Set(equal.map(({ status }) => status))).toEqual(new Set([201]));
    }
    expect(await countRows('api_keys', own.id)).toBe(2);
    expect(await countRows('api_keys', target.id)).toBe(3);
  });

  it('is documented on every operation that creates or spends something', () => {
    for (const { name, parameters, access } of posts.filter(
      (operation) => operation.access !== 'public',
    )) {
      expect(
        parameters.map((parameter) => parameter.name),
        `${name} ${access}`,
      ).toContain('Idempotency-Key');
    }
  });

  describe('on every operation', () => {
    let own: Seeded;
    beforeAll(async () => {
      own = await seed('Idempotent');
    });

    // An anonymous caller has no scope for a key.
    const scoped = posts.filter(({ access }) => access !== 'public');
    it.each(scoped.map((operation) => [operation.name, operation] as const))(
      '%s replays a retry',
      async (_name, operation) => {
        const credential = operation.access === 'root' ? rootKey : own.workspace.key;
        const values = await valuesFor(operation, own);
        const send = (idempotency_key: string): Promise<Answer> =>
          call(operation, fillPath(operation, values), credential, {
            ...key(idempotency_key),
            ...validOptions(operation, values),
          });
        const idempotency_key = `retry-${crypto.randomUUID()}`;
        const first = await send(idempotency_key);
        const again = await send(idempotency_key);
        expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
        expect(withoutRequestId(again)).toEqual(withoutRequestId(first));
        // A search has no effect to keep an answer for, nor has a list of tools; MCP marks replayed results of tools.
        if (!/\/search$|^\/mcp/.test(operation.path))
          expect(again.headers.get('idempotent-replayed')).toBe('true');
      },
    );
  });
});
