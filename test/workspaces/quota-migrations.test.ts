import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request } from '../support/api.ts';
import { seed } from '../support/resources.ts';
import { quotaOf, send, uploadFile } from './support.ts';

describe('the migration that introduces quotas', () => {
  it('counts existing rows like the triggers', async () => {
    const { workspace, values } = await seed('Old');
    // Later migrations count these.
    await workspace.delete(`/schedules/${values.schedule}`);
    await request('DELETE', `/v1/files/${values.upload}`, workspace.key);
    await env.DB.prepare('delete from generated_files where workspace_id = ?')
      .bind(workspace.id)
      .run();
    const counters = `select resource, used from quotas where workspace_id = ? order by 1`;
    const before = (await env.DB.prepare(counters).bind(workspace.id).all()).results;
    expect(before.length).toBeGreaterThan(5);
    const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes('quota_counters'));
    const inserts = (migration?.queries ?? []).filter((sql) =>
      /^(?:--.*\n|\s)*INSERT INTO quotas /.test(sql),
    );
    expect(inserts).toHaveLength(7);
    await env.DB.batch([
      env.DB.prepare('delete from quotas where workspace_id = ?').bind(workspace.id),
      // Rows of other workspaces exist, so the inserts skip them.
      ...inserts.map((sql) =>
        env.DB.prepare(
          sql
            .replace(/^[\s\S]*?INSERT INTO/, 'INSERT OR IGNORE INTO')
            // A later migration drops the column, with the sessions of another kind.
            .replace(" WHERE kind = 'chat'", ''),
        ),
      ),
    ]);
    const after = (await env.DB.prepare(counters).bind(workspace.id).all()).results;
    // Later resources have migrations of their own.
    const counted = (resource: unknown) => inserts.some((sql) => sql.includes(`'${resource}'`));
    expect(after).toEqual(before.filter(({ used, resource }) => used !== 0 && counted(resource)));
  });
});

describe('the migration that counts files of /v1/files', () => {
  it('counts existing files like the triggers, shared ones once', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'Agent' })).body.id;
    const uploads = [
      await uploadFile(workspace, 'One.'),
      await uploadFile(workspace, 'Two, longer.'),
    ];
    expect((await send(workspace, agent, uploads[0]?.body.id)).status).toBe(200);
    const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes('upload_quota'));
    const inserts = (migration?.queries ?? []).filter((sql) =>
      /^(?:--.*\n|\s)*INSERT INTO quotas /.test(sql),
    );
    expect(inserts).toHaveLength(2);
    const only = `WHERE workspace_id = '${workspace.id}' AND`;
    const attached = 'One.'.length;
    await env.DB.batch([
      env.DB.prepare(
        `update quotas set used = iif(resource = 'files', 0, ?) where workspace_id = ? and resource in ('files', 'bytes')`,
      ).bind(attached, workspace.id),
      ...inserts.map((sql) =>
        env.DB.prepare(sql.replace(/^[\s\S]*?INSERT INTO/, 'INSERT INTO').replace('WHERE', only)),
      ),
    ]);
    expect(await quotaOf(workspace, 'files')).toMatchObject({ used: 2 });
    expect(await quotaOf(workspace, 'bytes')).toMatchObject({
      used: attached + 'Two, longer.'.length,
    });
  });
});
