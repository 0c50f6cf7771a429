import { env } from 'cloudflare:workers';
import { applyPatch } from 'rfc6902';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { ifMatch, newAgent, problem } from './support.ts';

const numbers = (body: { data: { number: number }[] }) => body.data.map(({ number }) => number);

describe('versions', () => {
  it('creates and activates a version for a changed configuration only (R58)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, { config: { instructions: 'One' } });
    const path = `/agents/${agent.id}`;
    const json = {
      config: { instructions: 'Two' },
      change_summary: 'The second',
      reason: 'Asked for',
    };
    const changed = await workspace.patch(path, json);
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).toBe('"2"');
    expect(changed.body).toMatchObject({
      active_version: { number: 2 },
      latest_version: 2,
      revision: 2,
      config: { instructions: 'Two' },
    });
    expect((await workspace.get(path)).body).toEqual(changed.body);

    for (const same of [
      {},
      { config: {} },
      { config: { instructions: 'Two' } },
      { name: 'Agent', tags: [] },
    ]) {
      const { status, body } = await workspace.patch(path, same);
      expect([status, body]).toEqual([200, changed.body]);
    }
    const renamed = await workspace.patch(path, {
      name: 'New name',
      tags: ['x'],
      slug: 'new-slug',
    });
    expect(renamed.body).toMatchObject({
      name: 'New name',
      slug: 'new-slug',
      latest_version: 2,
      revision: 3,
    });

    const { body } = await workspace.get(`${path}/versions`);
    expect(numbers(body)).toEqual([2, 1]);
    expect(body.data[0]).toMatchObject({
      change_summary: 'The second',
      is_active: true,
      created_by: workspace.key_id,
    });
    const first = await workspace.get(`${path}/versions/1`);
    expect(first.body).toMatchObject({
      number: 1,
      is_active: false,
      config: { instructions: 'One' },
    });
    expect((await workspace.get(`${path}/versions/${first.body.id}`)).body).toEqual(first.body);
    const activations = await workspace.get(`${path}/activations`);
    expect(activations.body.data).toMatchObject([
      {
        version: { number: 2 },
        previous_version: { number: 1 },
        reason: 'Asked for',
        actor: { type: 'api_key', id: workspace.key_id },
      },
      { version: { number: 1 }, previous_version: null, reason: null },
    ]);
  });

  it('keeps a draft inactive until its activation, and rolls back and forward in one step (R58)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, { config: { instructions: 'One' } });
    const path = `/agents/${agent.slug}`;
    const draft = await workspace.post(`${path}/versions`, {
      config: { instructions: 'Draft' },
      label: 'staging',
    });
    expect(draft.status).toBe(201);
    expect(draft.body).toMatchObject({
      number: 2,
      is_active: false,
      labels: ['staging'],
      config: { instructions: 'Draft' },
    });
    expect((await workspace.get(`${path}/versions/staging`)).body).toEqual(draft.body);
    expect((await workspace.get(path)).body.config.instructions).toBe('One');

    const forward = await workspace.post(`${path}/versions/staging/activate`, { reason: 'Good' });
    expect(forward.body).toMatchObject({
      active_version: { number: 2 },
      config: { instructions: 'Draft' },
      latest_version: 2,
    });
    const again = await workspace.post(`${path}/versions/2/activate`, {});
    expect([again.status, again.body]).toEqual([200, forward.body]);
    const back = await workspace.post(
      `${path}/versions/1/activate`,
      { reason: 'Bad' },
      ifMatch(forward.body.revision),
    );
    expect(back.body).toMatchObject({
      active_version: { number: 1 },
      config: { instructions: 'One' },
    });
    expect((await workspace.get(path)).body).toEqual(back.body);
    const { data } = (await workspace.get(`${path}/activations`)).body;
    expect(data.map(({ reason }: { reason: string }) => reason)).toEqual(['Bad', 'Good', null]);
    const audit = (await workspace.get(`/audit-log?target_id=${agent.id}&action=agent.activate`))
      .body.data;
    expect(audit[0].detail).toEqual({ version: 1, previous_version: 2, reason: 'Bad' });

    const snapshot = await workspace.post(`${path}/versions`, {
      activate: true,
      change_summary: 'As it is',
    });
    expect(snapshot.body).toMatchObject({
      number: 3,
      is_active: true,
      config: { instructions: 'One' },
    });
    const next = await workspace.patch(path, { config: { instructions: 'Two' } });
    expect(next.body.active_version.number).toBe(4);
  });

  it('never changes or deletes a version or an activation (R58)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    for (const statement of [
      `update agent_versions set config = '{}' where agent_id = ?`,
      'delete from agent_versions where agent_id = ?',
      `update agent_activations set reason = 'x' where agent_id = ?`,
      'delete from agent_activations where agent_id = ?',
    ]) {
      await expect(env.DB.prepare(statement).bind(agent.id).run()).rejects.toThrow(
        /immutable|append-only/,
      );
    }
    for (const method of ['patch', 'put', 'delete'] as const) {
      expect((await workspace[method](`/agents/${agent.id}/versions/1`)).status).toBe(405);
    }
  });

  it('points labels at versions', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const path = `/agents/${agent.id}`;
    await workspace.patch(path, { config: { instructions: 'Two' } });
    const put = await workspace.put(`${path}/labels/production`, { version: '1' });
    expect(put.body.labels).toEqual({ production: { id: agent.active_version.id, number: 1 } });
    expect(put.headers.get('etag')).toBe('"3"');
    expect((await workspace.get(path)).body).toEqual(put.body);
    expect((await workspace.put(`${path}/labels/production`, { version: '1' })).body).toEqual(
      put.body,
    );
    const moved = await workspace.put(`${path}/labels/production`, { version: '2' });
    expect(moved.body.labels.production.number).toBe(2);
    expect(
      (await workspace.put(`${path}/labels/staging`, { version: 'production' })).body.labels.staging
        .number,
    ).toBe(2);
    expect((await workspace.get(`${path}/versions/production`)).body).toMatchObject({
      number: 2,
      labels: ['production', 'staging'],
    });
    expect((await workspace.delete(`${path}/labels/production`)).status).toBe(204);
    expect((await workspace.delete(`${path}/labels/production`)).status).toBe(404);
    expect((await workspace.get(`${path}/versions/production`)).status).toBe(404);
    for (const label of ['3', 'ver_x', 'UPPER', '-a', 'a'.repeat(41)])
      expect((await workspace.put(`${path}/labels/${label}`, { version: '1' })).status).toBe(422);
    expect((await workspace.put(`${path}/labels/other`, { version: '3' })).status).toBe(404);
    const byNumber = await workspace.put(`${path}/labels/other`, { version: 1 });
    expect([byNumber.status, byNumber.body.labels.other.number]).toEqual([200, 1]);
    expect((await workspace.put(`${path}/labels/other`, { version: 3 })).status).toBe(404);
    for (const version of ['', '0', '-1', 0, -1, 1.5, 1e9, null, true])
      expect((await workspace.put(`${path}/labels/other`, { version })).status).toBe(422);
  });

  it('compares versions by an applicable patch, changed lines and one line per field', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, {
      config: { instructions: 'Be kind.\nBe short.\nUse lists.' },
    });
    const path = `/agents/${agent.id}`;
    const config = {
      instructions: 'Be kind.\nBe brief.\nUse lists.',
      settings: { temperature: 0.2 },
      starter_questions: ['Why?'],
    };
    await workspace.patch(path, { config });
    const { body } = await workspace.get(`${path}/versions/1/diff/2`);
    const from = (await workspace.get(`${path}/versions/1`)).body.config;
    const to = (await workspace.get(`${path}/versions/2`)).body.config;
    applyPatch(from, body.patch);
    expect(from).toEqual(to);
    expect(body).toMatchObject({ from: { number: 1 }, to: { number: 2 } });
    expect(body.instructions).toEqual([
      { type: 'same', lines: ['Be kind.'] },
      { type: 'removed', lines: ['Be short.'] },
      { type: 'added', lines: ['Be brief.'] },
      { type: 'same', lines: ['Use lists.'] },
    ]);
    expect(body.summary).toEqual([
      'instructions: 1 lines added, 1 removed',
      'settings.temperature: null -> 0.2',
      'starter_questions: [] -> ["Why?"]',
    ]);
    const none = await workspace.get(`${path}/versions/2/diff/2`);
    expect(none.body).toMatchObject({ patch: [], summary: [] });
    expect((await workspace.get(`${path}/versions/1/diff/9`)).status).toBe(404);
  });

  it('compares unrelated texts in bounded time', async () => {
    const workspace = await newWorkspace();
    const lines = (word: string) =>
      Array.from({ length: 20_000 }, (_, index) => `${word}${index % 97}`)
        .join('\n')
        .slice(0, 100_000);
    const items = (word: string) => Array.from({ length: 900 }, (_, index) => `${word}${index}`);
    const schema = (word: string) => ({
      type: 'object',
      properties: { a: { type: 'string', enum: items(word) } },
    });
    const agent = await newAgent(workspace, {
      config: { model: 'openai/gpt-5-mini', instructions: lines('a'), output_schema: schema('a') },
    });
    await workspace.patch(`/agents/${agent.id}`, {
      config: { instructions: lines('b'), output_schema: schema('b') },
    });
    const { status, body } = await workspace.get(`/agents/${agent.id}/versions/1/diff/2`);
    expect(status).toBe(200);
    // Long texts and arrays are replaced as a whole; comparing them item by item would take minutes.
    expect(body.patch).toHaveLength(2);
    expect(body.instructions.map(({ type }: { type: string }) => type)).toEqual([
      'removed',
      'added',
    ]);
    const from = (await workspace.get(`/agents/${agent.id}/versions/1`)).body.config;
    applyPatch(from, body.patch);
    expect(from).toEqual((await workspace.get(`/agents/${agent.id}/versions/2`)).body.config);
  });

  it('pages versions without gaps or duplicates (R23)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    for (let index = 2; index <= 7; index += 1)
      await workspace.patch(`/agents/${agent.id}`, { config: { instructions: `${index}` } });
    for (const list of ['versions', 'activations']) {
      const seen: unknown[] = [];
      let next: string | null = '';
      while (next !== null) {
        const page: Awaited<ReturnType<typeof workspace.get>> = await workspace.get(
          `/agents/${agent.id}/${list}?limit=3${next === '' ? '' : `&cursor=${next}`}`,
        );
        seen.push(
          ...page.body.data.map(
            (item: { number?: number; version?: { number: number } }) =>
              item.number ?? item.version?.number,
          ),
        );
        next = page.body.next_cursor;
      }
      expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
    }
  });

  it('returns 404 for a version of another agent or workspace (R2, R3)', async () => {
    const workspace = await newWorkspace();
    const [one, two] = [await newAgent(workspace), await newAgent(workspace)];
    const foreign = two.active_version.id;
    const path = `/agents/${one.id}`;
    const other = await newWorkspace();
    for (const answer of [
      await workspace.get(`${path}/versions/${foreign}`),
      await workspace.post(`${path}/versions/${foreign}/activate`, {}),
      await workspace.get(`${path}/versions/1/diff/${foreign}`),
      await workspace.put(`${path}/labels/a`, { version: foreign }),
      await workspace.get(`${path}/versions/none`),
      await other.get(path),
      await other.get(`/agents/${one.slug}`),
      await other.get(`${path}/versions`),
      await other.get(`${path}/versions/1`),
      await other.get(`${path}/activations`),
      await other.get(`${path}/export`),
      await other.patch(path, { name: 'Mine' }),
      await other.delete(path),
      await other.post(`${path}/restore`),
      await other.post(`${path}/duplicate`, {}),
      await other.post(`${path}/search`, { query: 'x' }),
      await other.get(`${path}/files`),
      await other.post(`${path}/files`, { name: 'a.txt', text: 'x' }),
      await workspace.get('/agents/agt_1'),
      await workspace.get('/agents/No%20Slug'),
    ]) {
      expect(problem(answer)).toEqual([404, 'not_found']);
    }
    expect((await workspace.get(path)).body).toEqual(one);
  });
});
