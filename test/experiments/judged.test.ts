import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { countUpTo } from '../../src/experiments/count.ts';
import { laterTick, says } from '../evaluation/recorded.ts';
import { contextOf } from '../llm/support.ts';
import { startWith, totalsOf } from './facts.ts';
import { about, favour, newSession, newTrial, runIn, type Trial } from './support.ts';

const rule = { name: 'Day', scorer: { type: 'contains', texts: ['Monday'] }, share: 1 };

const addScorer = async ({ workspace, agent }: Trial, more: object = {}): Promise<string> =>
  (await workspace.post(`/agents/${agent}/online-scorers`, { ...rule, ...more })).body.id;

const judgedBy = (scorer_id: string) => ({
  settings: { success: { source: 'judge', scorer_id } },
});

/** Waits until the scorer has scored so many answers, and returns the times of the scores. */
async function scoreTimes({ workspace, agent }: Trial, scorer: string, count: number) {
  await laterTick(workspace);
  return vi.waitFor(
    async () => {
      const { body } = await workspace.get(
        `/agents/${agent}/scores?state=scored&scorer=${scorer}&limit=100`,
      );
      expect(body.data).toHaveLength(count);
      const times: number[] = body.data.map((score: { scored_at: string }) =>
        Date.parse(score.scored_at),
      );
      return times.sort((a, b) => a - b);
    },
    { timeout: 150_000 },
  );
}

describe('success by a judge', () => {
  it('is the share of the scored answers of a variant that an online scorer passes, each counted once', async () => {
    const [good, bad] = [says('On Monday.'), says('Never.')];
    const trial = await newTrial({}, [bad, good, good, bad, good, good, bad]);
    const { workspace } = trial;
    const scorer = await addScorer(trial);
    // Another scorer passes nothing, and does not count.
    await addScorer(trial, { scorer: { type: 'contains', texts: ['Tuesday'] } });
    const ask = async (end_user_id: string) =>
      runIn(trial, (await newSession(trial, { end_user_id })).id);
    await ask('ada');
    await scoreTimes(trial, scorer, 1);
    const experiment = await startWith(trial, judgedBy(scorer));
    const [control, candidate] = experiment.variants;
    await runIn(trial, trial.session);
    await favour(experiment.id, candidate.id);
    await ask('ada');
    await ask('ada');
    await favour(experiment.id, control.id);
    await ask('ben');
    await ask('cleo');
    await ask('cleo');
    await env.DB.prepare('update experiments set started_at = started_at - 60000 where id = ?')
      .bind(experiment.id)
      .run();
    const times = await scoreTimes(trial, scorer, 7);
    for (const until of [...times, Date.now() + 1000, Date.now() + 2000])
      await countUpTo(contextOf(workspace), experiment.id, until);
    const cells = await totalsOf(experiment);
    expect(
      cells.map(({ sums }) => {
        const { n, mean } = sums.ratios.success;
        return [n, Math.round(mean[0] * n), Math.round(mean[1] * n)];
      }),
    ).toEqual([
      [2, 2, 3],
      [1, 1, 2],
    ]);
    // The answer before the exposure is for the adjustment only.
    const { results } = await env.DB.prepare(
      `select figures ->> '$.prior' as prior from experiment_subjects where experiment_id = ? and variant_id = ?`,
    )
      .bind(experiment.id, candidate.id)
      .all<{ prior: string }>();
    expect(results.map(({ prior }) => JSON.parse(prior))).toEqual([{ scored: 1 }]);
    const found = await workspace.get(`/experiments/${experiment.id}/results`);
    const values = found.body.variants.map(
      ({ metrics }: { metrics: { metric: string; value: number }[] }) => metrics[0],
    );
    expect(values[0]).toMatchObject({ metric: 'success' });
    expect(values.map(({ value }: { value: number }) => value)).toEqual([
      expect.closeTo(2 / 3),
      expect.closeTo(1 / 2),
    ]);
  });

  it('requires an enabled scorer of the agent', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const path = `/agents/${agent}/experiments`;
    const create = (success: object) =>
      workspace.post(path, { ...about(trial), settings: { success } });
    for (const success of [
      { source: 'judge' },
      { source: 'judge', scorer_id: 'osc_7' },
      { source: 'goal', scorer_id: 'osc_01kajv2q5ve0mt8h2vj3c6x7ra' },
    ]) {
      const { status, body } = await create(success);
      expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/settings/success/scorer_id']);
    }
    const other = (await workspace.post('/agents', { name: 'Other' })).body.id;
    const scorer = await addScorer(trial);
    const details: string[] = [];
    const start = async (id: string) => {
      const { status, body } = await workspace.post(`/experiments/${id}/start`);
      for (const { pointer, detail } of body.errors ?? []) details.push(`${pointer} ${detail}`);
      return [status, body.code ?? body.status];
    };
    const foreign = await addScorer({ ...trial, agent: other });
    const elsewhere = (await create({ source: 'judge', scorer_id: foreign })).body.id;
    expect(await start(elsewhere)).toEqual([409, 'experiment_not_ready']);
    const own = (await create({ source: 'judge', scorer_id: scorer })).body;
    expect(own.settings.success).toMatchObject({ source: 'judge', scorer_id: scorer });
    await workspace.patch(`/online-scorers/${scorer}`, { enabled: false });
    expect(await start(own.id)).toEqual([409, 'experiment_not_ready']);
    await workspace.patch(`/online-scorers/${scorer}`, { enabled: true });
    expect(await start(own.id)).toEqual([200, 'running']);
    expect((await workspace.post(`/experiments/${own.id}/pause`)).status).toBe(200);
    expect((await workspace.delete(`/online-scorers/${scorer}`)).status).toBe(204);
    const resumed = await workspace.post(`/experiments/${own.id}/resume`);
    expect([resumed.status, resumed.body.errors?.[0]?.pointer]).toEqual([
      409,
      '/settings/success/scorer_id',
    ]);
    expect(details).toEqual([
      `/settings/success/scorer_id The agent has no online scorer ${foreign}.`,
      expect.stringContaining(`The online scorer ${scorer} is disabled.`),
    ]);
  });
});
