import { describe, expect, it } from 'vitest';
import {
  cohenKappa,
  kappaInterval,
  wilsonInterval,
} from '../../src/evaluation/judges/agreement.ts';
import { calibrate, verdictOf } from '../../src/evaluation/judges/calibrate.ts';
import { newId } from '../../src/shared/id.ts';
import { scripted, withModel, writes } from '../architect/support.ts';
import type { Workspace } from '../support/api.ts';

describe('the agreement of two raters', () => {
  it('has the intervals of Wilson that Newcombe published (1998, table I, method 3)', () => {
    const published = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ] as const;
    for (const [count, n, low, high] of published) {
      const interval = wilsonInterval(count, n);
      expect(interval?.low).toBeCloseTo(low, 4);
      expect(interval?.high).toBeCloseTo(high, 4);
    }
    expect(wilsonInterval(0, 0)).toBeNull();
  });

  it('has the kappa of Cohen’s formula: 0.4 for 20, 5, 10 and 15 of 50 proposals, and two tables of equal agreement with 0.13 and 0.26', () => {
    expect(cohenKappa({ both: 20, first: 5, second: 10, neither: 15 })).toBeCloseTo(0.4, 10);
    expect(cohenKappa({ both: 45, first: 15, second: 25, neither: 15 })).toBeCloseTo(0.1304, 4);
    expect(cohenKappa({ both: 25, first: 35, second: 5, neither: 35 })).toBeCloseTo(0.2593, 4);
    expect(cohenKappa({ both: 0, first: 0, second: 0, neither: 9 })).toBeNull();
    const table = { both: 20, first: 5, second: 10, neither: 15 };
    const interval = kappaInterval(table);
    expect(interval).toEqual(kappaInterval(table));
    // The large-sample interval of this table is 0.16 to 0.64.
    expect(interval?.low).toBeGreaterThan(0.1);
    expect(interval?.low).toBeLessThan(0.22);
    expect(interval?.high).toBeGreaterThan(0.56);
    expect(interval?.high).toBeLessThan(0.7);
  });

  it('counts what people call partly good as bad, as good, or not at all', () => {
    const pair = (human: 'good' | 'partly' | 'bad', score: number) => ({
      human_score: { good: 1, partly: 0.5, bad: 0 }[human],
      human,
      score,
      passed: score >= 0.75,
    });
    const pairs = [pair('good', 1), pair('good', 0.5), pair('partly', 1), pair('bad', 0)];
    const asBad = calibrate(pairs, 'bad');
    expect(asBad).toMatchObject({
      pairs: 4,
      compared: 4,
      agreement: { value: 0.5 },
      bad_precision: { value: 0.5 },
      bad_recall: { value: 0.5 },
      bias: 0,
    });
    expect(asBad.confusion).toEqual([
      { human: 'good', passed: 1, failed: 1, mean_score: 0.75 },
      { human: 'partly', passed: 1, failed: 0, mean_score: 1 },
      { human: 'bad', passed: 0, failed: 1, mean_score: 0 },
    ]);
    expect(calibrate(pairs, 'good')).toMatchObject({
      agreement: { value: 0.75 },
      bad_recall: { value: 1 },
    });
    expect(calibrate(pairs, 'skip')).toMatchObject({ pairs: 4, compared: 3 });
    expect(calibrate([], 'bad')).toMatchObject({ agreement: null, kappa: null, bias: null });
    expect(verdictOf({ good: 2, partly: 0, bad: 1 })).toBe('good');
    expect(verdictOf({ good: 1, partly: 0, bad: 1 })).toBe('partly');
  });
});

describe('the calibration of a judge', () => {
  /** Has people review the answer to a question. */
  async function review(
    workspace: Workspace,
    agent: string,
    message: string,
    ...verdicts: string[]
  ) {
    const { body } = await workspace.post(`/agents/${agent}/runs`, { message });
    const run = (await workspace.get(`/runs/${body.run_id}`)).body;
    const item = (await workspace.post('/review-items', { message_id: body.id })).body;
    for (const [index, verdict] of verdicts.entries()) {
      const reviewer = index === 0 ? workspace : await workspace.withRole('editor');
      const { status } = await reviewer.post(`/review-items/${item.id}/verdicts`, { verdict });
      expect(status).toBe(200);
    }
    return run.id as string;
  }

  it('scores reviewed turns once by each revision, without what people say of them, and compares', async () => {
    const fails = { fault: { kind: 'status', status: 429 } } as const;
    const { workspace, provider } = await withModel({
      rounds: [
        writes({ reason: 'Bad.', score: 1 }),
        fails,
        fails,
        fails,
        fails,
        writes({ reason: 'Good.', score: 5 }),
      ],
      repeat: true,
    });
    const agent = (
      await workspace.post('/agents', { name: 'A', config: { model: 'builtin/extractive' } })
    ).body.id;
    await review(workspace, agent, 'First question?', 'good', 'good', 'bad');
    await review(workspace, agent, 'Second question?', 'bad');
    await review(workspace, agent, 'No verdict?');
    const { id } = (
      await workspace.post('/judges', { name: 'J', model: scripted, rubric: 'Is it right?' })
    ).body;
    const path = `/judges/${id}/calibration`;
    expect((await workspace.get(path)).body).toMatchObject({ pairs: 0, pending: 2, kappa: null });
    const first = await workspace.post(path, { limit: 1 });
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    expect(first.body).toMatchObject({
      scored: 1,
      errors: [],
      cost_usd: 0.0002,
      calibration: { pairs: 1, pending: 1 },
    });
    const failed = await workspace.post(path, {});
    expect(failed.body).toMatchObject({
      scored: 0,
      errors: [{ code: 'rate_limited' }],
      calibration: { pending: 1 },
    });
    expect((await workspace.post(path, {})).body).toMatchObject({
      scored: 1,
      calibration: { pairs: 2, pending: 0 },
    });
    expect((await workspace.post(path, {})).body).toMatchObject({ scored: 0, cost_usd: 0 });
    const { body } = await workspace.get(path);
    expect(body).toMatchObject({
      revision: 1,
      confusion: [
        { human: 'good', passed: 1, failed: 0 },
        { human: 'partly', passed: 0, failed: 0 },
        { human: 'bad', passed: 0, failed: 1 },
      ],
      agreement: { value: 1 },
      kappa: { value: 1 },
    });
    const sent = JSON.stringify((await provider.requests()).map((request) => request.body));
    expect(sent).toContain('First question?');
    expect(sent).not.toMatch(/verdict|reviewer/);
    await workspace.patch(`/judges/${id}`, { threshold: 0.1 });
    expect((await workspace.get(path)).body).toMatchObject({ revision: 2, pairs: 0, pending: 2 });
    expect((await workspace.get(`${path}?revision=1`)).body.pairs).toBe(2);
    expect((await workspace.get(`${path}?revision=3`)).status).toBe(404);
    const other = (await workspace.post('/agents', { name: 'B' })).body.id;
    expect((await workspace.get(`${path}?agent=${other}`)).body.pending).toBe(0);
    expect((await workspace.get(`${path}?agent=${newId('agt')}`)).status).toBe(404);
  });
});
