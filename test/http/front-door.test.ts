import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { app } from '../../src/app.ts';
import { type Answer, newWorkspace, request, type Workspace } from '../support/api.ts';
import { expectProblem, expectRefusal, operations } from '../support/document.ts';
import { randomValues } from '../support/resources.ts';

const everyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const templates = new Map(
  operations.map(({ path }) => [path, new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)]),
);

describe('the HTTP layer', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newWorkspace();
  });

  it.each([...templates.keys()])(
    '%s answers 405 and Allow to other methods (R14)',
    async (path) => {
      const values = randomValues();
      const concrete = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x');
      const allowed = new Set(
        operations
          .filter((operation) => templates.get(operation.path)?.test(concrete))
          .map(({ method }) => method),
      );
      for (const method of [...everyMethod, 'PROPFIND'].filter((one) => !allowed.has(one))) {
        const answer = await request(method, concrete, workspace.key);
        expectRefusal({ path: concrete }, answer, 405, `${method} ${concrete}`);
        const allow = new Set(answer.headers.get('allow')?.split(', '));
        expect(allow).toEqual(allowed.has('GET') ? new Set([...allowed, 'HEAD']) : allowed);
      }
    },
  );

  it('returns 404 for unknown paths of any form', async () => {
    const paths = [
      '/api',
      '/api/v1',
      '/api/v1/',
      '/api/v1/workspace/',
      '/api/v1//workspace',
      '/API/v1/workspace',
      '/api/v1/workspace%2f',
      '/api/v2/workspace',
    ];
    for (const path of [
      ...paths,
      '/nothing',
      '/.env',
      '/openapi.yaml',
      '/%00',
      '/%E0%A4%A',
      '/api/v1/%E0%A4%A',
      `/${'a/'.repeat(2000)}`,
    ]) {
      for (const key of [null, workspace.key])
        expectProblem(await request('GET', path, key), 404, path);
    }
  });

  it('returns a request id, and accepts only well-formed ones (R82)', async () => {
    const own = await workspace.get('/users/me', { headers: { 'x-request-id': 'checkout-42_a' } });
    expect(own.headers.get('x-request-id')).toBe('checkout-42_a');
    for (const bad of [
      'a b',
      'a\tb',
      'é',
      '<script>',
      '../x',
      'a"b',
      'x'.repeat(129),
      '',
      '{"a":1}',
      '\u001b[31m'.slice(1),
    ]) {
      const { headers } = await request('GET', '/api/v1/nothing', null, {
        headers: { 'x-request-id': bad },
      });
      expect(headers.get('x-request-id'), bad).toMatch(/^req_[0-9a-z]{26}$/);
    }
    const [one, two] = [await workspace.get('/users/me'), await workspace.get('/users/me')];
    expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
  });

  it('sets security headers on every response (R71)', async () => {
    const answers: Answer[] = [
      await workspace.get('/users/me'),
      await workspace.get('/nothing'),
      await request('GET', '/api/v1/users/me', null),
      await request('PUT', '/api/v1/users/me', workspace.key),
      await workspace.post('/api-keys', undefined, {
        body: '{',
        headers: { 'content-type': 'application/json' },
      }),
      await request('GET', '/healthz', null),
      await request('GET', '/readyz', null),
      await request('GET', '/docs', null),
      await request('GET', '/openapi.json', null),
      await request('GET', '/nothing', null),
    ];
    for (const { headers } of answers) {
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('content-security-policy') ?? '').toContain("default-src 'none'");
      expect(headers.get('x-powered-by')).toBe(null);
    }
  });

  it('allows any origin without credentials (R72)', async () => {
    for (const origin of ['https://example.com', 'null', 'https://agentgrid.test.evil.example']) {
      const answer = await workspace.get('/users/me', { headers: { origin } });
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBe(null);
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
      const preflight = await request('OPTIONS', '/api/v1/api-keys', null, {
        headers: {
          origin,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization,content-type',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
      expect(Number(preflight.headers.get('access-control-max-age'))).toBeLessThanOrEqual(600);
    }
    for (const path of ['/readyz', '/healthz', '/docs']) {
      const { headers } = await request('GET', path, workspace.key, {
        headers: { origin: 'https://example.com' },
      });
      expect(headers.get('access-control-allow-origin'), path).toBe(null);
    }
  });

  it('answers HEAD like GET without a body, and OPTIONS without an origin', async () => {
    const head = await request('HEAD', '/api/v1/users/me', workspace.key);
    expect([head.status, head.body]).toEqual([200, '']);
    expect(head.headers.get('content-type')).toContain('application/json');
    expect((await request('HEAD', '/api/v1/users/me', null)).status).toBe(401);
    expect((await request('HEAD', '/api/v1/nothing', workspace.key)).status).toBe(404);
    expect((await request('OPTIONS', '/healthz', null)).headers.get('allow')).toBe('GET, HEAD');
  });

  it('returns Server-Timing with the database use', async () => {
    const read = await workspace.get('/workspace');
    const shape = /^db;dur=\d+\.\d;desc="(\d+) trips (\d+) read (\d+) written", total;dur=\d+\.\d$/;
    expect(shape.exec(read.headers.get('server-timing') ?? '')?.slice(1)).toEqual(['1', '1', '0']);
    const write = await workspace.patch('/workspace', { name: 'Renamed' });
    expect(Number(shape.exec(write.headers.get('server-timing') ?? '')?.[3])).toBeGreaterThan(0);
    expect((await workspace.get('/nothing')).headers.get('server-timing')).toMatch(shape);
  });

  it('returns and accepts a bookmark, and ignores an invalid one', async () => {
    const { headers } = await workspace.patch('/workspace', { name: 'Bookmarked' });
    const bookmark = headers.get('x-d1-bookmark') ?? '';
    expect(bookmark).toMatch(/^[0-9a-f-]{59}$/);
    const read = await workspace.get('/workspace', { headers: { 'x-d1-bookmark': bookmark } });
    expect(read.body.name).toBe('Bookmarked');
    for (const bad of ['x', 'first-primary', '0'.repeat(5000), `${bookmark}0`, "' or 1=1"]) {
      expect(
        (await workspace.get('/workspace', { headers: { 'x-d1-bookmark': bad } })).status,
        bad,
      ).toBe(200);
    }
  });

  it('ignores headers that claim a caller, a method or an address (R13)', async () => {
    const override = {
      'x-http-method-override': 'DELETE',
      'x-http-method': 'DELETE',
      'x-method-override': 'DELETE',
    };
    const viewer = await workspace.withRole('viewer');
    expect((await workspace.get(`/api-keys?limit=1`, { headers: override })).status).toBe(200);
    expect(
      (
        await workspace.post(
          `/api-keys/${viewer.key_id}/rotate`,
          { grace_s: 60 },
          { headers: override },
        )
      ).status,
    ).toBe(201);
    expect((await workspace.get('/users/me?_method=DELETE')).status).toBe(422);
    const elsewhere = {
      'x-original-url': '/api/v1/api-keys',
      'x-rewrite-url': '/api/v1/api-keys',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=1.2.3.4',
    };
    expect((await viewer.get('/users/me', { headers: elsewhere })).body.role).toBe('viewer');
    expectProblem(
      await viewer.get('/api-keys', {
        headers: { 'x-original-url': '/api/v1/users/me', host: 'localhost' },
      }),
      403,
    );
    expectProblem(
      await request('GET', '/api/v1/users/me', null, {
        headers: { 'x-api-key': workspace.key, cookie: `authorization=Bearer ${workspace.key}` },
      }),
      401,
    );
    expectProblem(
      await request('GET', `/api/v1/users/me?authorization=Bearer%20${workspace.key}`, null),
      401,
    );

    const ips = {
      'x-forwarded-for': '1.2.3.4',
      'x-real-ip': '1.2.3.4',
      'true-client-ip': '1.2.3.4',
    };
    await workspace.patch('/workspace', { name: 'From nowhere' }, { headers: ips });
    await workspace.patch(
      '/workspace',
      { name: 'From somewhere' },
      { headers: { ...ips, 'cf-connecting-ip': '203.0.113.9' } },
    );
    const { data } = (await workspace.get('/audit-log?action=workspace.update&limit=2')).body;
    expect(data.map(({ ip }: { ip: string | null }) => ip)).toEqual(['203.0.113.9', null]);
  });

  it('reports readiness and the failed checks (R84)', async () => {
    expect((await request('GET', '/readyz', workspace.key)).body).toEqual({
      status: 'ok',
      checks: { database: 'ok', files: 'ok', queue: 'ok', encryption: 'ok' },
    });
    const broken = () => Promise.reject(new Error('gone'));
    const parts = { FILES: { ...env.FILES, head: broken }, JOBS: { metrics: broken } };
    const execution = createExecutionContext();
    const asked = new Request('http://agentgrid.test/readyz', {
      headers: { authorization: `Bearer ${workspace.key}` },
    });
    const response = await app.fetch(asked, { ...env, ...parts } as unknown as Env, execution);
    await waitOnExecutionContext(execution);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toMatchObject({
      code: 'unavailable',
      checks: { database: 'ok', files: 'failed', queue: 'failed' },
    });
  });

  it('names missing settings of a deployment, never values', async () => {
    const response = await app.fetch(
      new Request('http://agentgrid.test/api/v1/users/me'),
      { ...env, ROOT_KEY: 'short-secret' },
      createExecutionContext(),
    );
    const text = await response.text();
    expect([response.status, text.includes('ROOT_KEY'), text.includes('short-secret')]).toEqual([
      503,
      true,
      false,
    ]);
  });
});
