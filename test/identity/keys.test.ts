import { describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, request } from '../support/api.ts';
import { countRows } from '../support/rows.ts';

const actions = (entries: { action: string }[]) => entries.map(({ action }) => action);

describe('keys', () => {
  it('names only agents of its own workspace (R2)', async () => {
    const workspace = await newWorkspace();
    const create = await workspace.post('/api-keys', {
      name: 'Limited',
      role: 'viewer',
      agent_ids: [newId('agt')],
    });
    expect(create.body.code).toBe('not_found');
    const limited = await workspace.withRole('viewer');
    const change = await workspace.patch(`/api-keys/${limited.key_id}`, {
      agent_ids: [newId('agt')],
    });
    expect(change.body.code).toBe('not_found');
    expect((await limited.get('/users/me')).body.agent_ids).toBe(null);
    expect(await countRows('api_keys', workspace.id)).toBe(2);
  });

  it('rotates a key once, however many ask at the same time', async () => {
    const workspace = await newWorkspace();
    const old = await workspace.withRole('viewer');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => workspace.post(`/api-keys/${old.key_id}/rotate`, {})),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      201, 409, 409, 409, 409, 409, 409, 409,
    ]);
    expect(await countRows('api_keys', workspace.id)).toBe(3);
    const { data } = (await workspace.get('/audit-log')).body;
    expect(actions(data)).toEqual(['api_key.rotate', 'api_key.create', 'workspace.create']);
  });

  it('keeps the last admin key, and the audit log tells of no change that was refused (R8, R83)', async () => {
    const workspace = await newWorkspace();
    const own = `/api-keys/${workspace.key_id}`;
    expect((await workspace.delete(own)).body.code).toBe('last_admin_key');
    expect((await workspace.patch(own, { role: 'viewer' })).body.code).toBe('last_admin_key');
    expect((await workspace.patch(own, { expires_at: '2020-01-01T00:00:00Z' })).body.code).toBe(
      'last_admin_key',
    );
    expect((await workspace.patch(own, { name: 'Renamed' })).body.name).toBe('Renamed');
    expect(actions((await workspace.get('/audit-log')).body.data)).toEqual([
      'api_key.update',
      'workspace.create',
    ]);
    const second = await workspace.withRole('admin');
    expect((await workspace.delete(own)).status).toBe(204);
    expect((await second.delete(`/api-keys/${second.key_id}`)).body.code).toBe('last_admin_key');
  });

  it('refuses a key that has expired as it refuses one that does not exist (R7)', async () => {
    const workspace = await newWorkspace();
    const key = await workspace.withRole('viewer');
    const change = await workspace.patch(`/api-keys/${key.key_id}`, {
      expires_at: '2020-01-01T00:00:00Z',
    });
    expect(change.status).toBe(200);
    const expired = await key.get('/users/me');
    const unknown = await request('GET', '/api/v1/users/me', `${key.key.slice(0, -1)}x`);
    expect([expired.status, unknown.status]).toEqual([401, 401]);
    expect({ ...expired.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
  });
});
