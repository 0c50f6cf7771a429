import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request, rootKey } from '../support/api.ts';

describe('workspaces and keys', () => {
  it('creates a workspace with its first admin key, which is stored only as a hash (R6)', async () => {
    const { status, body } = await request('POST', '/api/v1/workspaces', rootKey, {
      json: { name: 'Acme' },
    });
    expect(status).toBe(201);
    const { secret } = body.api_key;
    const me = await request('GET', '/api/v1/users/me', secret);
    expect(me.body).toMatchObject({ workspace_id: body.workspace.id, role: 'admin' });
    const stored = JSON.stringify((await env.DB.prepare('select * from api_keys').all()).results);
    expect(stored).not.toContain(secret.slice(5, 17));
    const listed = await request('GET', '/api/v1/api-keys', secret);
    expect(JSON.stringify(listed.body)).not.toContain(secret.slice(5, 17));
  });

  it('returns the same for a malformed, an unknown and a revoked key (R7)', async () => {
    const workspace = await newWorkspace();
    const other = await workspace.withRole('viewer');
    expect((await other.get('/users/me')).status).toBe(200);
    expect((await workspace.delete(`/api-keys/${other.key_id}`)).status).toBe(204);
    const revoked = await other.get('/users/me');
    const typo = await request('GET', '/api/v1/users/me', `${workspace.key.slice(0, -1)}~`);
    expect([revoked.status, typo.status]).toEqual([401, 401]);
    expect(revoked.headers.get('www-authenticate')).toContain('Bearer');
    expect({ ...revoked.body, request_id: '' }).toEqual({ ...typo.body, request_id: '' });
  });

  it('replays an idempotent create with its secret, and stores no secret unencrypted (R55)', async () => {
    const workspace = await newWorkspace();
    const create = (name: string) =>
      workspace.post(
        '/api-keys',
        { name, role: 'viewer' },
        { headers: { 'idempotency-key': 'abc' } },
      );
    const first = await create('one');
    const again = await create('one');
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await create('two')).body.code).toBe('idempotency_mismatch');
    expect((await workspace.get('/api-keys')).body.data).toHaveLength(2);
    const stored = JSON.stringify(
      (await env.DB.prepare('select * from idempotency_keys').all()).results,
    );
    expect(stored).not.toContain(first.body.secret.slice(5, 17));
  });

  it('accepts existing models, and no built-in one for background work', async () => {
    const workspace = await newWorkspace();
    expect((await workspace.get('/workspace')).body).toMatchObject({
      default_model: 'builtin/extractive',
      background_model: null,
    });
    const set = await workspace.patch('/workspace', {
      default_model: 'openai/gpt-5-mini',
      background_model: 'openai/gpt-5-nano',
    });
    expect(set.body).toMatchObject({
      default_model: 'openai/gpt-5-mini',
      background_model: 'openai/gpt-5-nano',
    });
    for (const [field, model] of [
      ['default_model', 'nobody/none'],
      ['default_model', 'builtin/lexical'],
      ['default_model', 'openai/text-embedding-3-small'],
      ['background_model', 'nobody/none'],
      ['background_model', 'builtin/extractive'],
      ['background_model', 'none'],
    ] as const) {
      const refused = await workspace.patch('/workspace', { [field]: model });
      expect([refused.status, refused.body.errors?.[0]?.pointer], model).toEqual([
        422,
        `/${field}`,
      ]);
    }
    expect(
      (await workspace.patch('/workspace', { background_model: null })).body.background_model,
    ).toBeNull();
    const made = await request('POST', '/api/v1/workspaces', rootKey, {
      json: { name: 'Acme', default_model: 'nobody/none' },
    });
    expect([made.status, made.body.errors?.[0]?.pointer]).toEqual([422, '/default_model']);
  });
});
