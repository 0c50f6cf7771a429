import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import { canary, json, test, withPath } from './support.ts';

describe('secret headers of a tool', () => {
  const secretTool = (site: Site) => ({
    ...withPath(site),
    secret_headers: { Authorization: `Bearer ${canary}`, 'X-Own-Key': canary },
  });
  const sentTo = async (site: Site) =>
    (await site.calls()).map(({ headers }) => headers.authorization);

  it('are sent to their origin and appear nowhere else (R74, R76)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/1', { body: '{}', headers: json });
    const made = await workspace.post('/tools', secretTool(site), {
      headers: { 'idempotency-key': 'one' },
    });
    const { id } = made.body;
    expect(made.body.secret_headers.Authorization).toMatchObject({ last_four: 'cdef' });
    await test(workspace, id, { order: '1' });
    expect(await sentTo(site)).toEqual([`Bearer ${canary}`]);
    expect((await site.calls())[0]?.headers['x-own-key']).toBe(canary);
    const shown = [
      made,
      await workspace.get(`/tools/${id}`),
      await workspace.get('/tools'),
      await workspace.get('/audit-log'),
    ];
    expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain(canary);
    const { results: tables } = await env.DB.prepare(
      "select name from sqlite_master where type = 'table' and name not like '%fts%'",
    ).all<{
      name: string;
    }>();
    for (const { name } of tables.filter((table) => !table.name.startsWith('_cf'))) {
      const { results } = await env.DB.prepare(`select * from "${name}"`).all();
      expect(JSON.stringify(results), name).not.toContain(canary);
    }
  });

  it('are replaced in place for the same origin, without a revision', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/1', { body: '{}', headers: json });
    const { id } = (await workspace.post('/tools', secretTool(site))).body;
    const changed = (
      await workspace.patch(`/tools/${id}`, {
        secret_headers: { authorization: 'Bearer new-value-0123456789' },
      })
    ).body;
    expect(Object.keys(changed.secret_headers).sort()).toEqual(['X-Own-Key', 'authorization']);
    await test(workspace, id, { order: '1' });
    expect(await sentTo(site)).toEqual(['Bearer new-value-0123456789']);
    const rotated = (
      await workspace.patch(`/tools/${id}`, {
        secret_headers: { authorization: 'Bearer third-value-0123456789' },
      })
    ).body;
    expect(rotated.revision).toBe(changed.revision);
    const removed = (
      await workspace.patch(`/tools/${id}`, { secret_headers: { authorization: null } })
    ).body;
    expect([Object.keys(removed.secret_headers), removed.revision]).toEqual([
      ['X-Own-Key'],
      changed.revision + 1,
    ]);
  });

  it('are removed from responses in any form a service may echo (R46)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const value = 'Sk/Canary+0123?456>789~xyz';
    const echoes = [value, `user:${value}`, `u:${value}`, `us:${value}:more`].map((text) =>
      btoa(text),
    );
    const safe = echoes.map((text) =>
      text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
    );
    const percent = encodeURIComponent(value);
    const plain = [
      value,
      value.toLowerCase(),
      value.toUpperCase(),
      percent,
      percent.toLowerCase(),
      `Bearer ${value}`,
    ];
    await site.answers('/orders/1', {
      body: JSON.stringify({ echoes, safe, plain, kept: 'Sk and 789' }),
      headers: json,
    });
    const secret_headers = { Authorization: `Bearer ${value}`, 'X-Own-Key': 'a.*b' };
    const { id } = (await workspace.post('/tools', { ...withPath(site), secret_headers })).body;
    const { output } = await test(workspace, id, { order: '1' });
    expect(output.kept).toBe('Sk and 789');
    for (const text of [...output.echoes, ...output.safe, ...output.plain])
      expect(text).toContain('[secret]');
    // The remaining base64 characters may depend on the neighbours of the secret; none may reveal
    // it.
    for (const text of [...output.echoes, ...output.safe])
      expect(text.replace('[secret]', '').length).toBeLessThan(16);
    expect(JSON.stringify(output).toLowerCase()).not.toContain('canary');
  });

  it('are dropped when the origin changes (R37)', async () => {
    const workspace = await newWorkspace();
    const [site, other] = [new Site(), new Site()];
    await other.answers('/orders/1', { body: '{}', headers: json });
    await site.answers('/orders/1', { status: 302, headers: { location: other.url('/orders/1') } });
    const { id } = (await workspace.post('/tools', secretTool(site))).body;
    await test(workspace, id, { order: '1' });
    const moved = (
      await workspace.patch(`/tools/${id}`, { url: other.url('/orders/{order}?limit={limit}') })
    ).body;
    expect(moved.secret_headers).toEqual({});
    await test(workspace, id, { order: '1' });
    expect(await sentTo(other)).toEqual([undefined, undefined]);
    expect(JSON.stringify(await other.calls())).not.toContain(canary);
  });

  it('cannot be decrypted for another record (R74)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/1', { body: '{}', headers: json });
    const a = (await workspace.post('/tools', secretTool(site))).body;
    const b = (await workspace.post('/tools', { ...secretTool(site), name: 'other' })).body;
    await env.DB.prepare(
      "update secrets set sealed = (select s.sealed from secrets s join tool_secrets t on t.id = s.owner_id where t.tool_id = ? and t.header = 'authorization') where owner_id = (select id from tool_secrets where tool_id = ? and header = 'authorization')",
    )
      .bind(b.id, a.id)
      .run();
    const result = await test(workspace, a.id, { order: '1' });
    expect([result.ok, await site.calls()]).toEqual([false, []]);
    expect(result.error).toContain('cannot be used');
  });
});
