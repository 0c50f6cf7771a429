import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { trips } from './support.ts';

describe('agents', () => {
  it('creates an agent with version 1, its own base and all defaults stored', async () => {
    const workspace = await newWorkspace();
    const { status, body, headers } = await workspace.post('/agents', {
      name: 'Kundendienst Zürich',
      config: { instructions: 'Be kind.' },
    });
    expect(status).toBe(201);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      slug: 'kundendienst-zurich',
      description: '',
      tags: [],
      active_version: { number: 1 },
      latest_version: 1,
      labels: {},
      archived_at: null,
      created_by: workspace.key_id,
      config: {
        instructions: 'Be kind.',
        model: 'builtin/extractive',
        fallback_models: [],
        settings: { temperature: null, stop: [] },
        knowledge: { base_ids: [body.base_id], mode: 'hybrid', citations: true },
        limits: { steps: 8 },
      },
    });
    const read = await workspace.get(`/agents/${body.id}`);
    expect(read.body).toEqual(body);
    expect(read.headers.get('etag')).toBe('"1"');
    expect((await workspace.get(`/agents/${body.slug}`)).body).toEqual(body);
    const audit = await workspace.get(`/audit-log?target_id=${body.id}`);
    expect(audit.body.data.map(({ action }: { action: string }) => action)).toEqual([
      'agent.create',
    ]);
  });

  it('uses the default model that the workspace has at creation', async () => {
    const workspace = await newWorkspace();
    // As it may have been stored before a provider was given up: no request can set it.
    await env.DB.prepare("update workspaces set default_model = 'nobody/none' where id = ?")
      .bind(workspace.id)
      .run();
    const refused = await workspace.post('/agents', { name: 'A' });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe('/config/model');
    const made = await workspace.post('/agents', {
      name: 'A',
      config: { model: 'builtin/extractive' },
    });
    expect(made.status).toBe(201);
  });

  it('numbers derived slugs, refuses a given slug that is taken, and keeps workspaces apart', async () => {
    const workspace = await newWorkspace();
    const make = (json: object) => workspace.post('/agents', json);
    const slugs = [];
    for (const name of ['Help desk', 'help  DESK!', 'Help-Desk', '客服', 'a'.repeat(100)])
      slugs.push((await make({ name })).body.slug);
    expect(slugs).toEqual(['help-desk', 'help-desk-2', 'help-desk-3', 'agent', 'a'.repeat(64)]);
    expect((await make({ name: 'a'.repeat(100) })).body.slug).toBe(`${'a'.repeat(62)}-2`);
    const taken = await make({ name: 'Other', slug: 'help-desk' });
    expect([taken.status, taken.body.code]).toEqual([409, 'slug_taken']);
    expect((await make({ name: 'Other', slug: 'Help Desk' })).status).toBe(422);
    expect(
      (await (await newWorkspace()).post('/agents', { name: 'x', slug: 'help-desk' })).status,
    ).toBe(201);
    const raced = await Promise.all(Array.from({ length: 6 }, () => make({ name: 'Race' })));
    expect(raced.map(({ body }) => body.slug).sort()).toEqual([
      'race',
      'race-2',
      'race-3',
      'race-4',
      'race-5',
      'race-6',
    ]);
  });

  it('reads an agent and a page in one round trip each', async () => {
    const workspace = await newWorkspace();
    const { body } = await workspace.post('/agents', { name: 'A' });
    await workspace.get(`/agents/${body.id}`);
    for (const path of [
      `/agents/${body.id}`,
      `/agents/${body.slug}`,
      '/agents',
      `/agents/${body.id}/versions`,
      `/agents/${body.id}/versions/1`,
      `/agents/${body.id}/versions/1/diff/1`,
      `/agents/${body.id}/activations`,
      `/agents/${body.id}/export`,
      `/agents/${body.slug}/files`,
      `/knowledge-bases/${body.base_id}/files`,
    ]) {
      const { status, headers } = await workspace.get(path);
      expect([path, status, trips(headers)]).toEqual([path, 200, 1]);
    }
  });

  it('lists agents newest first, by page, search, tag and archive', async () => {
    const workspace = await newWorkspace();
    const made: string[] = [];
    for (const [name, tags] of [
      ['Sales bot', ['sales']],
      ['Support bot', ['help', 'sales']],
      ['Legal', []],
    ] as const)
      made.push(
        (
          await workspace.post('/agents', {
            name,
            tags,
            description: name === 'Legal' ? '100%_sure' : '',
          })
        ).body.id,
      );
    const ids = async (query: string) =>
      (await workspace.get(`/agents${query}`)).body.data.map(({ id }: { id: string }) => id);
    const [sales, support, legal] = made;
    expect(await ids('')).toEqual([legal, support, sales]);
    expect(await ids('?q=BOT')).toEqual([support, sales]);
    expect(await ids('?q=%25_s')).toEqual([legal]);
    expect(await ids(`?q=${'x'.repeat(100)}`)).toEqual([]);
    expect(await ids('?tag=sales')).toEqual([support, sales]);
    expect(await ids('?tag=sal')).toEqual([]);
    const all = await workspace.get('/agents?limit=2');
    expect(
      (await workspace.get(`/agents?limit=2&cursor=${all.body.next_cursor}`)).body.data,
    ).toHaveLength(1);
    expect((await workspace.get(`/agents?limit=2&q=b&cursor=${all.body.next_cursor}`)).status).toBe(
      400,
    );
    await workspace.delete(`/agents/${legal}`);
    expect(await ids('')).toEqual([support, sales]);
    expect(await ids('?archived=true')).toEqual([legal]);
    expect((await workspace.get('/agents?archived=yes')).status).toBe(422);
    expect((await workspace.get('/agents')).body.data[0]).toMatchObject({
      model: 'builtin/extractive',
      active_version: { number: 1 },
    });
    expect((await workspace.get('/agents')).body.data[0].config).toBeUndefined();
  });
});
