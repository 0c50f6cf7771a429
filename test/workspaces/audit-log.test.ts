import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request, rootKey, type Workspace } from '../support/api.ts';
import { faulty } from '../support/faulty.ts';
import { runSchedule } from '../support/schedule.ts';
import { auditTasks, entriesOf, makeEntries, tamper, tick, verify } from './audit-support.ts';

const list = async (workspace: Workspace, query: string) =>
  (await workspace.get(`/audit-log?limit=100&${query}`)).body.data;
const actions = (entries: { action: string }[]) => entries.map(({ action }) => action);

describe('the audit log', () => {
  it('lists an action, or all of a kind by its name without a dot', async () => {
    const workspace = await newWorkspace();
    await workspace.patch('/workspace', { name: 'Renamed' });
    const { body: agent } = await workspace.post('/agents', { name: 'Agent' });
    await workspace.patch(`/agents/${agent.id}`, { name: 'Other' });
    const of = async (query: string) => actions(await list(workspace, query));
    expect(await of('action=workspace')).toEqual(['workspace.update', 'workspace.create']);
    expect(await of('action=agent')).toEqual(['agent.update', 'agent.create']);
    expect(await of('action=agent.create')).toEqual(['agent.create']);
    for (const none of ['action=agen', 'action=agent.', 'action=agent.creat'])
      expect(await of(none), none).toEqual([]);
    expect((await workspace.get('/audit-log?action=')).status).toBe(422);
    const exported = (await workspace.get('/audit-log/export?action=agent')).body;
    expect(exported.trim().split('\n')).toHaveLength(2);
  });

  it('records the values of changed fields, the hash of long ones, and no secret (R83)', async () => {
    const workspace = await newWorkspace('Before');
    await workspace.patch('/workspace', {
      name: 'After',
      retention_days: 30,
      content_logging: true,
    });
    const [updated] = await list(workspace, 'action=workspace.update');
    expect(updated.detail.changes).toEqual({
      name: { before: 'Before', after: 'After' },
      retention_days: { before: null, after: 30 },
    });
    const { body: agent } = await workspace.post('/agents', { name: 'Agent' });
    const long = 'x'.repeat(600);
    await workspace.patch(`/agents/${agent.id}`, { description: long });
    const [changed] = await list(workspace, 'action=agent.update');
    expect(changed.detail.changes.description.before).toBe('');
    expect(changed.detail.changes.description.after).toMatch(/^sha256:[0-9a-f]{64}$/);
    const { body: key } = await workspace.post('/api-keys', { name: 'K', role: 'viewer' });
    await workspace.patch(`/api-keys/${key.id}`, { role: 'runtime' });
    const [role] = await list(workspace, `target_id=${key.id}&action=api_key.update`);
    expect(role.detail.changes).toEqual({ role: { before: 'viewer', after: 'runtime' } });
    await request('PATCH', `/api/v1/workspaces/${workspace.id}`, rootKey, {
      json: { quotas: { files: 7 } },
    });
    const [managed] = await list(workspace, 'actor_type=root&action=workspace.manage');
    expect(managed.detail.changes).toEqual({ 'quotas.files': { before: null, after: 7 } });
    expect(JSON.stringify(await list(workspace, ''))).not.toContain(key.secret.slice(5, 17));
  });

  it('filters by kind of actor, kind of target, beginning of the action, and request', async () => {
    const workspace = await newWorkspace();
    const { body: agent } = await workspace.post('/agents', { name: 'Agent' });
    const { headers } = await workspace.patch(`/agents/${agent.id}`, { name: 'Renamed' });
    await makeEntries(workspace, 1);
    expect(actions(await list(workspace, 'actor_type=root'))).toEqual(['workspace.create']);
    expect(actions(await list(workspace, 'target_type=api_key'))).toEqual(['api_key.create']);
    expect(actions(await list(workspace, 'action_prefix=agent.'))).toEqual([
      'agent.update',
      'agent.create',
    ]);
    expect(actions(await list(workspace, 'action_prefix=agent_'))).toEqual([]);
    const id = headers.get('x-request-id') ?? headers.get('request-id') ?? '';
    expect(actions(await list(workspace, `request_id=${id}`))).toEqual(['agent.update']);
    expect((await workspace.get('/audit-log?actor_type=nobody')).status).toBe(422);
  });

  it('is exported in the order of the chain, with filters, and without formulas in a table', async () => {
    const workspace = await newWorkspace();
    for (let index = 0; index < 3; index += 1)
      await workspace.patch('/workspace', { name: `=cmd|${index}` });
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
       insert into audit_log (id, workspace_id, actor_type, actor_id, action, target_type, target_id, request_id, created_at)
       select 'aud_' || substr(?1, 4) || '_' || i, ?1, 'system', '=x', 'load.test', 'load', 'x', 'req_load', 1 + i from n`,
    )
      .bind(workspace.id)
      .run();
    const { headers, body } = await workspace.get('/audit-log/export?format=csv');
    expect(headers.get('content-type')).toContain('text/csv');
    const lines = body.trim().split('\r\n');
    expect(lines[0]).toBe(
      'sequence,id,created_at,actor_type,actor_id,action,target_type,target_id,detail,request_id,ip,hash,personal_digest,salt,redacted_by',
    );
    expect(lines).toHaveLength(1 + 1 + 3 + 1200);
    expect(lines.slice(1).map((line: string) => Number(line.split(',')[0]))).toEqual(
      Array.from({ length: 1204 }, (_, index) => index + 1),
    );
    expect(lines[10]).toContain("'=x");
    const filtered = await workspace.get('/audit-log/export?action=workspace.update');
    expect(filtered.body.trim().split('\n')).toHaveLength(3);
    const viewer = await workspace.withRole('editor');
    expect((await viewer.get('/audit-log/export')).status).toBe(403);
  });

  it('is append-only for everyone who writes through triggers (R83)', async () => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 1);
    await tick();
    for (const statement of [
      "update audit_log set action = 'x' where workspace_id = ?",
      'delete from audit_log where workspace_id = ?',
      "update audit_links set hash = 'x' where workspace_id = ?",
      'update audit_links set hash = null where workspace_id = ?',
      'update audit_links set sequence = sequence + 10 where workspace_id = ?',
      'update audit_links set salt = null where workspace_id = ?',
      "update audit_links set salt = null, redacted_by = 'era_1' where workspace_id = ?",
      "update audit_links set personal_digest = 'x' where workspace_id = ?",
      'delete from audit_links where workspace_id = ?',
      "update audit_seals set hash = 'x' where workspace_id = ?",
      "update audit_seals set signature = '' where workspace_id = ?",
      'delete from audit_seals where workspace_id = ?',
    ])
      await expect(env.DB.prepare(statement).bind(workspace.id).run(), statement).rejects.toThrow(
        'append-only',
      );
    expect((await verify(workspace)).result).toBe('intact');
  });

  /** Makes what has been sealed so far look old, as if time had passed; the signatures are made for it. */
  const age = async (workspace: Workspace, days: number) => {
    await tamper([
      'update audit_seals set sealed_at = sealed_at - ? where workspace_id = ?',
      days * 86_400_000,
      workspace.id,
    ]);
  };

  it('removes entries past the retention up to a seal, which stays as a signed checkpoint (R83)', async () => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 4);
    await tick();
    await age(workspace, 31);
    await makeEntries(workspace, 2);
    await tick();
    await tick('7 * * * *');
    expect(await entriesOf(workspace)).toHaveLength(7);
    expect((await workspace.patch('/workspace', { audit_retention_days: 29 })).status).toBe(422);
    await workspace.patch('/workspace', { audit_retention_days: 30 });
    await Promise.all([tick('7 * * * *'), tick('7 * * * *')]);
    expect((await entriesOf(workspace)).map(({ sequence }) => sequence)).toEqual([6, 7, 8]);
    expect(await list(workspace, '')).toHaveLength(3);
    await tick();
    const verified = await verify(workspace);
    expect(verified).toMatchObject({
      result: 'intact',
      checked: 3,
      checkpoint: { sequence: 5 },
      head: { sequence: 8 },
    });
    // A checkpoint that nobody signed is not one.
    await tamper([
      'update audit_seals set purged_at = purged_at - 1 where workspace_id = ? and purged_at is not null',
      workspace.id,
    ]);
    expect((await verify(workspace)).first_broken).toMatchObject({
      sequence: 5,
      reason: 'invalid_signature',
    });
  });

  it('keeps a log whose entries are removed by hand from passing as purged', async () => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 3);
    await tick();
    await makeEntries(workspace, 2);
    await tick();
    await tamper(
      [
        'update audit_seals set purged_at = 1 where workspace_id = ? and sequence = 4',
        workspace.id,
      ],
      [
        'delete from audit_log where id in (select entry_id from audit_links where workspace_id = ? and sequence <= 4)',
        workspace.id,
      ],
      ['delete from audit_links where workspace_id = ? and sequence <= 4', workspace.id],
    );
    expect((await verify(workspace)).first_broken).toMatchObject({
      sequence: 4,
      reason: 'invalid_signature',
    });
  });

  it.each(['before', 'after'] as const)(
    'seals and purges completely when a round trip of the tasks is lost (%s its effect)',
    async (mode) => {
      const workspace = await newWorkspace();
      await workspace.patch('/workspace', { audit_retention_days: 30 });
      for (let at = 1; at <= 8; at += 1) {
        await makeEntries(workspace, 1);
        for (const cron of ['* * * * *', '7 * * * *']) {
          const execution = createExecutionContext();
          const { database } = faulty(env.DB, { at, mode });
          await runSchedule(cron, { ...env, DB: database } as Env, execution, auditTasks);
          await waitOnExecutionContext(execution);
        }
        expect((await verify(workspace)).result, `${mode} ${at}`).toBe('intact');
      }
      await tick();
      expect(await verify(workspace)).toMatchObject({ result: 'intact', checked: 10, unsealed: 0 });
      await age(workspace, 31);
      for (let at = 1; at <= 12; at += 1) {
        const execution = createExecutionContext();
        const { database } = faulty(env.DB, { at, mode });
        await runSchedule('7 * * * *', { ...env, DB: database } as Env, execution, auditTasks);
        await waitOnExecutionContext(execution);
      }
      await tick('7 * * * *');
      expect(await entriesOf(workspace)).toEqual([]);
      // The next number follows the checkpoint.
      await makeEntries(workspace, 1);
      await tick();
      expect(await verify(workspace)).toMatchObject({
        result: 'intact',
        checked: 1,
        checkpoint: { sequence: 10 },
        head: { sequence: 11 },
      });
    },
  );

  it('seals nothing without ENCRYPTION_KEYS, and everything once they are set', async () => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 2);
    const execution = createExecutionContext();
    await runSchedule('* * * * *', { ...env, ENCRYPTION_KEYS: '' } as Env, execution);
    await waitOnExecutionContext(execution);
    expect(await verify(workspace)).toMatchObject({
      result: 'intact',
      checked: 0,
      unsealed: 3,
      head: null,
    });
    await tick();
    expect(await verify(workspace)).toMatchObject({ result: 'intact', checked: 3, unsealed: 0 });
  });

  it('refuses cursors of other verifications and workspaces', async () => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 3);
    await tick();
    const { next_cursor } = (await workspace.get('/audit-log/verify?limit=1')).body;
    expect(next_cursor).not.toBeNull();
    const other = await newWorkspace();
    for (const answer of [
      await other.get(`/audit-log/verify?cursor=${next_cursor}`),
      await workspace.get(`/audit-log/verify?cursor=${next_cursor}x`),
      await workspace.get(`/audit-log?cursor=${next_cursor}`),
    ])
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_cursor']);
  });
});
