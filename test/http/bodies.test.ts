import { beforeAll, describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import {
  call,
  expectProblem,
  fillPath,
  jsonBodyOf,
  operations,
  violationsOf,
} from '../support/document.ts';
import { browse } from '../support/people.ts';
import { type Seeded, seed, valuesFor } from '../support/resources.ts';

const posts = operations.filter(
  (operation) => operation.method === 'POST' && jsonBodyOf(operation) !== undefined,
);
const optional = posts.filter(({ requestBody }) => requestBody?.required === false);
/** Requires https, which these requests do not have; the tests of passkeys start without a body, too. */
const secure = 'POST /api/v1/auth/passkey/options';

describe('a POST without required fields', () => {
  let own: Seeded;
  let workspace: Workspace;
  beforeAll(async () => {
    own = await seed('Bodies');
    workspace = own.workspace;
  });

  it('is documented with an optional body', () => {
    const names = optional.map(({ name }) => name.replace('/api/v1', ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'POST /api-keys/{key}/rotate',
        'POST /agents/{agent}/duplicate',
        'POST /agents/{agent}/sessions',
        'POST /agents/{agent}/versions',
        'POST /agents/{agent}/versions/{version}/activate',
      ]),
    );
    for (const operation of posts) {
      // A schema can require one of two fields, which JSON Schema does not express.
      if (optional.includes(operation))
        expect(violationsOf(jsonBodyOf(operation) ?? {}, {}), operation.name).toEqual([]);
      else if (violationsOf(jsonBodyOf(operation) ?? {}, {}).length > 0)
        expect(operation.requestBody?.required).toBe(true);
    }
  });

  const plain = optional.filter(({ name }) => name !== secure);
  it.each(plain.map((operation) => [operation.name, operation] as const))(
    '%s accepts a request without a body',
    async (_name, operation) => {
      const path = fillPath(operation, await valuesFor(operation, own));
      // People sign in from pages of the deployment only.
      const answer = path.startsWith('/api/v1/auth/')
        ? await browse('POST', path.slice('/api/v1'.length))
        : await call(operation, path, workspace.key);
      expect([200, 201, 202, 204], JSON.stringify(answer.body)).toContain(answer.status);
    },
  );

  it('rejects a body of another type and invalid JSON', async () => {
    for (const operation of optional.filter(({ path }) => path.startsWith('/api/'))) {
      const path = fillPath(operation, own.values);
      const send = (body: string, headers: Record<string, string> = {}) =>
        call(operation, path, workspace.key, { body: new TextEncoder().encode(body), headers });
      expectProblem(await send('{}'), 415, operation.name);
      expectProblem(await send('', { 'content-type': 'text/plain' }), 415, operation.name);
      expectProblem(await send('{', { 'content-type': 'application/json' }), 400, operation.name);
    }
  });

  it('counts an empty body of Content-Type application/json as {} where the body is optional', async () => {
    const other = await newWorkspace();
    await other.post('/agents', { name: 'Support', slug: 'support' });
    const empty = { body: new Uint8Array(), headers: { 'content-type': 'application/json' } };
    const opened = await other.post('/agents/support/sessions', undefined, empty);
    expect(opened.status, JSON.stringify(opened.body)).toBe(201);
    expectProblem(await other.post('/agents', undefined, empty), 400);
  });

  it('has the same idempotency fingerprint with {} and without a body (R55)', async () => {
    const other = await newWorkspace();
    const agent = (await other.post('/agents', { name: 'A' })).body.id;
    const headers = { 'idempotency-key': 'same' };
    const first = await other.post(`/agents/${agent}/duplicate`, undefined, { headers });
    const empty = await other.post(`/agents/${agent}/duplicate`, undefined, {
      headers,
      body: new Uint8Array(),
    });
    const again = await other.post(`/agents/${agent}/duplicate`, {}, { headers });
    expect([first.status, empty.status, again.status]).toEqual([201, 201, 201]);
    expect([empty.body.id, again.body.id]).toEqual([first.body.id, first.body.id]);
  });

  it('is rejected without a body when a field is required', async () => {
    expectProblem(await workspace.post('/api-keys'), 415);
    expectProblem(await workspace.patch('/workspace'), 415);
  });
});
