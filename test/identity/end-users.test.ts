import { sign } from 'hono/jwt';
import { describe, expect, it } from 'vitest';
import { newWorkspace, rootKey, type Workspace } from '../support/api.ts';

async function newAgents(workspace: Workspace, ...names: string[]): Promise<string[]> {
  const made = await Promise.all(names.map((name) => workspace.post('/agents', { name })));
  return made.map(({ body }) => body.id);
}

const issue = (issuer: Workspace, end_user_id: string, agent_ids: string[], rest: object = {}) =>
  issuer.post('/end-user-tokens', { end_user_id, agent_ids, ...rest });

const claimsOf = (token: string) => JSON.parse(atob(token.split('.')[1] ?? ''));

describe('the token of an end user', () => {
  it('opens the sessions of that end user which belong to its key, and no others (R85)', async () => {
    const workspace = await newWorkspace();
    const [agent = '', other = ''] = await newAgents(workspace, 'A', 'B');
    const [site, app] = [await workspace.withRole('runtime'), await workspace.withRole('runtime')];
    const holder = async (issuer: Workspace, user: string) =>
      workspace.as((await issue(issuer, user, [agent])).body.token);
    const [ann, bob, annOfApp] = [
      await holder(site, 'ann'),
      await holder(site, 'bob'),
      await holder(app, 'ann'),
    ];
    const mine = (await ann.post(`/agents/${agent}/sessions`, {})).body;
    expect(mine).toMatchObject({ end_user_id: 'ann', created_by: site.key_id });
    const given = await site.post(`/agents/${agent}/sessions`, { end_user_id: 'ann' });
    const nobodys = await site.post(`/agents/${agent}/sessions`, {});
    const seen = async (reader: Workspace) =>
      (await reader.get('/sessions')).body.data.map((one: { id: string }) => one.id).sort();
    expect(await seen(ann)).toEqual([mine.id, given.body.id].sort());
    expect([await seen(bob), await seen(annOfApp)]).toEqual([[], []]);
    for (const reader of [bob, annOfApp]) {
      expect((await reader.get(`/sessions/${mine.id}`)).status).toBe(404);
      const sent = await reader.post(`/sessions/${mine.id}/messages`, { message: 'Hi' });
      expect(sent.status).toBe(404);
      expect((await reader.delete(`/sessions/${mine.id}`)).status).toBe(404);
    }
    expect((await ann.get(`/sessions/${nobodys.body.id}`)).status).toBe(404);
    expect((await ann.get('/sessions?end_user_id=bob')).status).toBe(403);
    const run = (await ann.post(`/agents/${agent}/runs`, { message: 'Hi' })).body;
    expect((await ann.get(`/messages/${run.id}`)).status).toBe(200);
    const paths = [`/messages/${run.id}`, `/runs/${run.run_id}`, `/runs/${run.run_id}/events`];
    for (const path of paths)
      expect([(await bob.get(path)).status, (await annOfApp.get(path)).status]).toEqual([404, 404]);
    expect((await ann.get(`/runs/${run.run_id}`)).body.steps).toEqual([]);
    for (const path of [`/agents/${agent}/sessions`, `/agents/${agent}/runs`]) {
      const posed = await ann.post(path, { end_user_id: 'bob', message: 'Hi' });
      expect([403, 422]).toContain(posed.status);
    }
    expect((await ann.post(`/agents/${other}/sessions`, {})).status).toBe(404);
    const rated = await ann.put(`/messages/${run.id}/feedback`, {
      rating: 'up',
      end_user_id: 'bob',
    });
    expect(rated.status).toBe(403);
  });

  it('grants no more than its key, and ends with it (R7, R8, R85)', async () => {
    const workspace = await newWorkspace();
    const stranger = await newWorkspace();
    const [agent = '', other = ''] = await newAgents(workspace, 'A', 'B');
    const [foreign = ''] = await newAgents(stranger, 'C');
    const issuer = await workspace.withRole('runtime', [agent]);
    for (const id of [other, foreign]) expect((await issue(issuer, 'ann', [id])).status).toBe(404);
    expect((await issue(await workspace.withRole('viewer'), 'ann', [agent])).status).toBe(403);
    const { body } = await issue(issuer, 'ann', [agent], { groups: ['staff'] });
    const holder = workspace.as(body.token);
    expect((await issue(holder, 'bob', [agent])).status).toBe(403);
    expect((await holder.get('/sessions')).status).toBe(200);
    await workspace.patch(`/api-keys/${issuer.key_id}`, { role: 'viewer' });
    expect((await holder.get('/sessions')).status).toBe(401);
    await workspace.patch(`/api-keys/${issuer.key_id}`, { role: 'runtime' });
    expect((await holder.get('/sessions')).status).toBe(200);
    await workspace.patch(`/api-keys/${issuer.key_id}`, { agent_ids: [other] });
    expect((await holder.post(`/agents/${agent}/sessions`, {})).status).toBe(404);
    await workspace.delete(`/api-keys/${issuer.key_id}`);
    expect((await holder.get('/sessions')).status).toBe(401);
  });

  it('runs the active version only, unless it says otherwise or the session is given another (R85)', async () => {
    const workspace = await newWorkspace();
    const [agent = ''] = await newAgents(workspace, 'A');
    await workspace.patch(`/agents/${agent}`, { config: { instructions: 'Second.' } });
    const tokens = await Promise.all([
      issue(workspace, 'ann', [agent]),
      issue(workspace, 'ann', [agent], { versions: 'any' }),
    ]);
    expect(tokens.map(({ body }) => body.versions)).toEqual(['active', 'any']);
    const [bound, free] = tokens.map(({ body }) => workspace.as(body.token)) as [
      Workspace,
      Workspace,
    ];
    const session = (await bound.post(`/agents/${agent}/sessions`, {})).body.id;
    const { id } = (await bound.post(`/sessions/${session}/messages`, { message: 'Hi' })).body;
    const requests: readonly (readonly [path: string, body: object])[] = [
      [`/agents/${agent}/sessions`, {}],
      [`/agents/${agent}/runs`, { message: 'Hi' }],
      [`/sessions/${session}/messages`, { message: 'Hi' }],
      [`/messages/${id}/regenerate`, {}],
      [
        '/chat',
        { id: session, messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }] },
      ],
    ];
    for (const [path, body] of requests) {
      const refused = await bound.post(path, { ...body, version: 1 });
      expect([path, refused.status, refused.body.code]).toEqual([path, 403, 'forbidden']);
      expect((await free.post(path, { ...body, version: 1 })).status, path).toBeLessThan(300);
    }
    const given = { end_user_id: 'ann', version: 1 };
    const chosen = (await workspace.post(`/agents/${agent}/sessions`, given)).body.id;
    const run = await bound.post(`/sessions/${chosen}/messages`, { message: 'Hi' });
    expect(run.status).toBe(200);
  });

  it('searches a shared base through an agent, and is told so elsewhere', async () => {
    const workspace = await newWorkspace();
    const stranger = await newWorkspace();
    const base = (await workspace.post('/knowledge-bases', { name: 'Shared' })).body.id;
    const foreign = (await stranger.post('/knowledge-bases', { name: 'Foreign' })).body.id;
    const config = { knowledge: { base_ids: [base] } };
    const agent = (await workspace.post('/agents', { name: 'A', config })).body.id;
    const ann = workspace.as((await issue(workspace, 'ann', [agent])).body.token);
    const search = (path: string) => ann.post(`${path}/search`, { query: 'leave' });
    const refused = await search(`/knowledge-bases/${base}`);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect(refused.body.detail).toContain('/agents/{agent}/search');
    expect((await search(`/knowledge-bases/${foreign}`)).status).toBe(404);
    expect((await search(`/agents/${agent}`)).status).toBe(200);
  });

  it('cannot be forged, widened or prolonged (R85)', async () => {
    const workspace = await newWorkspace();
    const [agent = ''] = await newAgents(workspace, 'A');
    const { body } = await issue(workspace, 'ann', [agent], {
      groups: ['staff'],
      expires_in_s: 60,
    });
    const claims = claimsOf(body.token);
    expect(claims).toMatchObject({ sub: 'ann', groups: ['staff'], agents: [agent] });
    expect(Date.parse(body.expires_at)).toBe(claims.exp * 1000);
    const wider = { ...claims, groups: ['staff', 'board'] };
    const [head = '', , signature = ''] = body.token.split('.');
    const encode = (value: object) =>
      btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_');
    const forged = [
      `${head}.${encode(wider)}.${signature}`,
      `${encode({ alg: 'none', typ: 'JWT' })}.${encode(wider)}.`,
      `${encode({ alg: 'none', typ: 'JWT' })}.${encode(wider)}.x`,
      await sign(wider, 'guess', 'HS256'),
      // The secret of cursors, and the root key itself, sign no tokens.
      await sign(wider, `cursor:${rootKey}`, 'HS256'),
      await sign(wider, rootKey, 'HS256'),
      await sign(wider, `end-user-token:${rootKey}`, 'HS512'),
      // Signed with the right secret for another purpose.
      await sign({ ...wider, aud: 'another' }, `end-user-token:${rootKey}`, 'HS256'),
      await sign({ ...claims, exp: 1 }, `end-user-token:${rootKey}`, 'HS256'),
      await sign({ ...claims, groups: 'board' }, `end-user-token:${rootKey}`, 'HS256'),
      `${body.token}.`,
      body.token.slice(0, -2),
      'a.b.c',
    ];
    for (const token of forged)
      expect((await workspace.as(token).get('/sessions')).status, token).toBe(401);
    expect((await workspace.as(body.token).get('/sessions')).status).toBe(200);
  });

  it.each([
    ['no agents', { agent_ids: [] }],
    ['a group twice', { groups: ['a', 'a'] }],
    ['51 groups', { groups: Array.from({ length: 51 }, (_, index) => `g${index}`) }],
    ['a group of 65 characters', { groups: ['g'.repeat(65)] }],
    ['a group with a space', { groups: ['a b'] }],
    ['an empty group', { groups: [''] }],
    ['a group that is no text', { groups: [null] }],
    ['groups that are no list', { groups: 'staff' }],
    ['eight days', { expires_in_s: 8 * 86_400 }],
  ])('is not issued for %s', async (_name, rest) => {
    const workspace = await newWorkspace();
    const [agent = ''] = await newAgents(workspace, 'A');
    expect((await issue(workspace, 'ann', [agent], rest)).status).toBe(422);
  });

  it('can hold 50 groups of 64 characters and 50 agents', async () => {
    const workspace = await newWorkspace();
    const agents = await newAgents(workspace, ...Array.from({ length: 5 }, (_, n) => `A${n}`));
    const groups = Array.from({ length: 50 }, (_, n) => `${n}`.padStart(64, 'g'));
    const { body } = await issue(workspace, 'u'.repeat(128), agents, { groups });
    expect((await workspace.as(body.token).get('/sessions')).status).toBe(200);
  });
});
