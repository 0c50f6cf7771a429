import { describe, expect, it } from 'vitest';
import { newWorkspace, request, type Workspace } from '../support/api.ts';
import { atRest } from '../support/resources.ts';
import { newAgent, newDataset, newTurn } from './support.ts';

const idsOf = async (workspace: Workspace, query: string) =>
  (await workspace.get(`/review-items?${query}`)).body.data.map(({ id }: { id: string }) => id);

describe('review queue', () => {
  it('takes a turn from open to done with assignment, verdicts of two reviewers and a case', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const turn = await newTurn(workspace, agent);
    const other = await workspace.withRole('editor');
    const added = await workspace.post('/review-items', { message_id: turn.message });
    expect(added.status, JSON.stringify(added.body)).toBe(201);
    expect(added.body).toMatchObject({
      ...{
        question: 'When do you open?',
        answer: turn.text,
        status: 'open',
        content_erased: false,
      },
      ...{
        reasons: [{ reason: 'manual', rule_id: null }],
        run: { status: 'completed' },
        verdicts: [],
      },
    });
    const path = `/review-items/${added.body.id}`;
    const again = await workspace.post('/review-items', { message_id: turn.message });
    expect([again.body.code, again.body.detail]).toEqual([
      'conflict',
      expect.stringContaining(added.body.id),
    ]);

    const due = { assignee: workspace.key_id, due_at: '2020-01-01T00:00:00Z' };
    const assigned = await workspace.patch(path, due, { headers: { 'if-match': '"1"' } });
    expect(assigned.body).toMatchObject({
      ...due,
      due_at: '2020-01-01T00:00:00.000Z',
      is_overdue: true,
      revision: 2,
    });
    expect(
      (await workspace.patch(path, { status: 'done' }, { headers: { 'if-match': '"1"' } })).status,
    ).toBe(412);
    const nobody = { assignee: 'key_01kajv2q5ve0mt8h2vj3c6x7ra' };
    expect((await workspace.patch(path, nobody)).body.errors[0].pointer).toBe('/assignee');

    expect((await workspace.post(`${path}/verdicts`, { verdict: 'good' })).status).toBe(200);
    const bad = {
      verdict: 'bad',
      score: 0.2,
      better_answer: 'At ten.',
      note: 'Old.',
      labels: ['outdated'],
    };
    expect((await workspace.post(`${path}/verdicts`, bad)).body).toMatchObject(bad);
    await other.post(`${path}/verdicts`, { verdict: 'partly', labels: ['tone'] });
    const item = (await workspace.get(path)).body;
    expect(item.status).toBe('in_review');
    expect(item.verdicts.map(({ verdict }: { verdict: string }) => verdict)).toEqual([
      'bad',
      'partly',
    ]);

    const dataset = await newDataset(workspace);
    const made = await workspace.post(`${path}/case`, { dataset, tags: ['hours'] });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({
      ...{ input: 'When do you open?', expected: { answer: 'At ten.' } },
      ...{ tags: ['hours', 'outdated', 'tone'], source: { review_item_id: item.id } },
    });
    const done = await workspace.patch(path, { status: 'done' });
    expect(done.body).toMatchObject({
      status: 'done',
      is_overdue: false,
      case: { dataset_id: dataset, case_id: made.body.id },
    });
    expect(done.body.done_at).not.toBeNull();
    expect((await workspace.patch(path, { status: 'in_review' })).body.done_at).toBeNull();
  });

  it('filters by agent, status, reason, assignee, label and due time', async () => {
    const workspace = await newWorkspace();
    const [a, b] = [await newAgent(workspace), await newAgent(workspace)];
    const add = async (agent: string, fields: object = {}) => {
      const { message } = await newTurn(workspace, agent);
      return (await workspace.post('/review-items', { message_id: message, ...fields })).body.id;
    };
    const late = await add(a, { due_at: '2020-01-01T00:00:00Z', assignee: workspace.key_id });
    const labelled = await add(a);
    const third = await add(b);
    await workspace.post(`/review-items/${labelled}/verdicts`, {
      verdict: 'bad',
      labels: ['tone'],
    });
    expect(await idsOf(workspace, '')).toEqual([third, labelled, late]);
    expect(await idsOf(workspace, `agent=${a}`)).toEqual([labelled, late]);
    expect(await idsOf(workspace, 'status=in_review')).toEqual([labelled]);
    expect(await idsOf(workspace, 'reason=manual&overdue=true')).toEqual([late]);
    expect(await idsOf(workspace, 'reason=sample')).toEqual([]);
    expect(await idsOf(workspace, 'overdue=false')).toEqual([third, labelled]);
    expect(await idsOf(workspace, `assignee=${workspace.key_id}`)).toEqual([late]);
    expect(await idsOf(workspace, 'label=tone')).toEqual([labelled]);
    const page = (await workspace.get('/review-items?limit=2')).body;
    expect(await idsOf(workspace, `limit=2&cursor=${page.next_cursor}`)).toEqual([late]);

    const limited = await workspace.withRole('editor', [b]);
    expect(await idsOf(limited, '')).toEqual([third]);
    expect((await limited.get(`/review-items/${late}`)).status).toBe(404);
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.get(`/review-items/${late}`)).body).toMatchObject({
      ...{ question: null, answer: null, is_withheld: true, content_erased: false },
    });
    expect((await viewer.post(`/review-items/${late}/verdicts`, { verdict: 'good' })).status).toBe(
      403,
    );
    expect((await (await workspace.withRole('runtime')).get('/review-items')).status).toBe(403);
  });

  it('keeps an item without any text once its session or run is erased (R77)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const turn = await newTurn(workspace, agent, 'I am Canary.');
    const { body: once } = await request('POST', '/v1/responses', workspace.key, {
      json: { model: agent, input: 'I am Canary, once.' },
    });
    const erase = [
      [turn.message, () => workspace.delete(`/sessions/${turn.session}`)],
      [once.output[0].id, () => request('DELETE', `/v1/responses/${once.id}`, workspace.key)],
    ] as const;
    for (const [message_id, eraseTurn] of erase) {
      const { body: item } = await workspace.post('/review-items', { message_id });
      expect(item.question).toContain('Canary');
      const path = `/review-items/${item.id}`;
      const said = {
        ...{ verdict: 'bad', note: 'Canary was rude.', better_answer: 'Hello Canary.' },
        labels: ['tone'],
      };
      expect((await workspace.post(`${path}/verdicts`, said)).status).toBe(200);
      expect((await eraseTurn()).status).toBeLessThan(300);
      const left = await workspace.get(path);
      expect(left.body).toMatchObject({
        ...{ content_erased: true, question: null, answer: null, run: null },
        verdicts: [{ verdict: 'bad', note: null, better_answer: null, labels: ['tone'] }],
      });
      expect(JSON.stringify(left.body)).not.toContain('Canary');
      const dataset = await newDataset(workspace);
      expect((await workspace.post(`${path}/case`, { dataset })).body.code).toBe('conflict');
      expect((await workspace.post(`${path}/verdicts`, said)).body.code).toBe('conflict');
    }
    await workspace.delete(`/agents/${agent}`);
    expect((await workspace.delete(`/agents/${agent}?permanent=true`)).status).toBe(204);
    await atRest(workspace.id);
    expect(await idsOf(workspace, '')).toEqual([]);
  });

  it('summarizes verdicts by version and label, and the agreement of reviewers', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const reviewers = [workspace, await workspace.withRole('editor')];
    const given = [
      ['good', 'good'],
      ['bad', 'bad'],
      ['good', 'partly'],
      ['bad', null],
    ] as const;
    for (const verdicts of given) {
      const { message } = await newTurn(workspace, agent);
      const { id } = (await workspace.post('/review-items', { message_id: message })).body;
      for (const [index, verdict] of verdicts.entries())
        if (verdict !== null)
          await reviewers[index]?.post(`/review-items/${id}/verdicts`, {
            verdict,
            score: index,
            labels: [verdict],
          });
    }
    const { status, body } = await workspace.get(`/agents/${agent}/review-summary`);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({
      items: { open: 0, in_review: 4, done: 0, overdue: 0 },
      reasons: [{ reason: 'manual', count: 4 }],
      verdicts: { good: 3, partly: 1, bad: 3, mean_score: 3 / 7 },
      labels: [
        { label: 'bad', count: 3 },
        { label: 'good', count: 3 },
        { label: 'partly', count: 1 },
      ],
      versions: [{ number: 1, good: 3, partly: 1, bad: 3 }],
      agreement: { item_count: 3, percent: 2 / 3 },
    });
    // By hand: observed 2 * 2² , expected (2 * 3 * 1 * 2² + 2 * 3 * 2 * 3.5² + 2 * 1 * 2 * 1.5²) / 5.
    expect(body.agreement.krippendorff_alpha).toBeCloseTo(1 - 8 / (180 / 5), 9);
    const none = (await workspace.get(`/agents/${agent}/review-summary?end_date=2020-01-01`)).body;
    expect(none).toMatchObject({
      items: { open: 0 },
      verdicts: { mean_score: null },
      agreement: { krippendorff_alpha: null },
    });
  });
});
