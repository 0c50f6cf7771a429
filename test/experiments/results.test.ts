import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { countUpTo } from '../../src/experiments/count.ts';
import { countExperiments } from '../../src/experiments/tick.ts';
import { contextOf } from '../llm/support.ts';
import { payloads, publish, receiving } from '../notifications/support.ts';
import { facts, insertFacts, rating, startWith } from './facts.ts';
import { about, addVersion, newSession, newTrial, runIn, type Trial } from './support.ts';

/** One tick of the minute's task, once the lag has passed. */
const tick = (trial: Trial, later = 20_000) =>
  countExperiments({
    ...contextOf(trial.workspace),
    workspace_id: '',
    now: () => Date.now() + later,
  });

/** Publishes events, also those of ticks in the future. */
async function publishAll(trial: Trial): Promise<void> {
  await env.DB.prepare('update webhook_event_queue set created_at = 1 where workspace_id = ?')
    .bind(trial.workspace.id)
    .run();
  await publish(trial.workspace);
}

const resultsOf = async ({ workspace }: Trial, id: string) => {
  const { status, body } = await workspace.get(`/experiments/${id}/results`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

describe('results', () => {
  it('say in words what is known, from no data to a recommendation, and stay as they were at the end', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const draft = await workspace.post(`/agents/${agent}/experiments`, about(trial));
    expect((await workspace.get(`/experiments/${draft.body.id}/results`)).status).toBe(409);
    const receiver = await receiving(workspace, ['experiment.*']);
    const experiment = await startWith(trial, { guard_metrics: [{ metric: 'cost_per_message' }] });
    const nothing = await resultsOf(trial, experiment.id);
    expect(nothing).toMatchObject({
      ...{ status: 'running', is_final: false, counted_until: expect.any(String), required: null },
      sample_ratio: { p_value: 1, is_mismatch: false },
      recommendation: { action: 'keep_running', variant_id: null },
      guards: [{ metric: 'cost_per_message', state: 'no_data' }],
    });
    const codes = nothing.warnings.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(['few_subjects', 'no_data', 'no_prior_behaviour']);
    await insertFacts(
      trial,
      experiment,
      facts([600, 600], (variant, index) => ({
        cost: 1000 + (index % 7),
        ...rating(variant === 1 ? 0.8 : 0.5, index),
      })),
    );
    await tick(trial);
    const results = await resultsOf(trial, experiment.id);
    const [control, short] = results.variants;
    expect(control).toMatchObject({
      exposures: 600,
      subjects: 600,
      metrics: [{ metric: 'success', value: 0.5, versus_control: null }, {}],
    });
    const versus = short.metrics[0].versus_control;
    expect(versus).toMatchObject({
      difference: expect.closeTo(0.3, 9),
      lift: expect.closeTo(0.6, 9),
      verdict: 'better',
    });
    expect(versus.low).toBeGreaterThan(0);
    expect(versus.high).toBeGreaterThan(0.3);
    expect(versus.p_value).toBeLessThan(0.001);
    expect(short.metrics[1]).toMatchObject({ unit: 'usd', value: expect.closeTo(1.003e-6, 8) });
    expect(short.probability_best).toBeGreaterThan(0.999);
    expect(results.recommendation).toMatchObject({ action: 'promote', variant_id: short.id });
    expect(results.recommendation.reason).toMatch(
      /^`short` is better by `success`: \+60 %, with an interval from \+\d/,
    );
    expect(results.required).toMatchObject({
      subjects_per_variant: expect.any(Number),
      progress: expect.any(Number),
    });
    await tick(trial, 20 * 60_000);
    const ended = await workspace.post(`/experiments/${experiment.id}/conclude`, {
      promote: 'short',
    });
    expect(ended.status, JSON.stringify(ended.body)).toBe(200);
    const final = await resultsOf(trial, experiment.id);
    expect(final).toMatchObject({
      status: 'concluded',
      is_final: true,
      variants: results.variants,
    });
    expect((await workspace.get(`/agents/${agent}`)).body.active_version.number).toBe(2);
    await publishAll(trial);
    expect((await payloads(receiver)).map(({ type }) => type).sort()).toEqual([
      'experiment.concluded',
      'experiment.significant',
    ]);
    const table = await workspace.get(`/experiments/${experiment.id}/export`, {
      headers: { accept: 'text/csv' },
    });
    const [head, ...lines] = table.body.trim().split('\r\n');
    expect(head).toBe(
      'experiment_id,variant_id,variant,is_control,epoch,weight,exposures,subjects,metric,unit,value,low,high,standard_error',
    );
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/,control,true,,,600,600,success,share,0\.5,/);
    expect((await workspace.get(`/experiments/${experiment.id}/export`)).body.data).toHaveLength(4);
  });

  it('warn of a mismatch of the sample ratio, and then recommend to stop', async () => {
    const trial = await newTrial();
    const experiment = await startWith(trial);
    await insertFacts(
      trial,
      experiment,
      facts([600, 450], (_, index) => rating(0.5, index)),
    );
    await tick(trial);
    const results = await resultsOf(trial, experiment.id);
    expect(results.sample_ratio.is_mismatch).toBe(true);
    expect(results.recommendation.action).toBe('stop');
    expect(results.warnings[0].code).toBe('sample_ratio_mismatch');
  });

  it('take one round trip and as many rows whatever the number of exposures', async () => {
    const trial = await newTrial();
    const experiment = await startWith(trial);
    await insertFacts(
      trial,
      experiment,
      facts([60, 60], (_, index) => rating(0.5, index)),
    );
    await tick(trial);
    const cost = async () =>
      /desc="(\d+) trips? (\d+) read/.exec(
        (await trial.workspace.get(`/experiments/${experiment.id}/results`)).headers.get(
          'server-timing',
        ) ?? '',
      )?.[0];
    await cost();
    const before = await cost();
    expect(before).toMatch(/^desc="1 trip/);
    for (let from = 100_000; from < 100_000 + exposures; from += 50_000)
      await env.DB.prepare(
        `with recursive n(i) as (select ? union all select i + 1 from n where i + 1 < ?)
        insert into experiment_subjects (experiment_id, subject, workspace_id, variant_id, epoch, exposed_at, figures)
        select ?, i, ?, ?, 0, 0, '{"sums":{},"values":{}}' from n`,
      )
        .bind(from, from + 50_000, experiment.id, trial.workspace.id, experiment.variants[0].id)
        .run();
    expect(await cost()).toBe(before);
  });

  it('are adjusted for what an end user did in the 28 days before', async () => {
    const trial = await newTrial();
    const { workspace } = trial;
    const early = await newSession(trial, { end_user_id: 'ada' });
    await runIn(trial, early.id);
    const { body } = await workspace.get(`/sessions/${early.id}/messages`);
    await workspace.put(`/messages/${body.data[0].id}/feedback`, { rating: 5 });
    const experiment = await startWith(trial, {
      guard_metrics: [{ metric: 'messages_per_session' }],
    });
    await runIn(trial, (await newSession(trial, { end_user_id: 'ada' })).id);
    await runIn(trial, (await newSession(trial, { end_user_id: 'new' })).id);
    await countUpTo(contextOf(workspace), experiment.id, Date.now() + 1000);
    const { results } = await env.DB.prepare(
      'select figures from experiment_subjects where experiment_id = ?',
    )
      .bind(experiment.id)
      .all<{ figures: string }>();
    const prior = results.map(({ figures }) => JSON.parse(figures).prior ?? null);
    expect(prior).toHaveLength(2);
    expect(prior).toContainEqual({ runs: 1, sessions: 1, good: 1, ratings: 1 });
    expect(prior).toContainEqual(null);
  });
});

/** `npm run bench:exposures` measures a million, which take a minute. */
const exposures = 100_000;

describe('a guard', () => {
  it('stops a variant that doubles the cost, and the experiment with the last one beside the control', async () => {
    const trial = await newTrial();
    const { workspace, agent, control } = trial;
    const third = await addVersion(workspace, agent, { instructions: 'Answer in verse.' });
    const receiver = await receiving(workspace, ['experiment.*']);
    const guard_metrics = [{ metric: 'cost_per_message', minimum_effect: 0.1 }];
    const variants = [
      ...about(trial, [40, 30]).variants,
      { name: 'verse', version: third, weight: 30 },
    ];
    const experiment = await startWith(trial, { guard_metrics, variants });
    const costs = [1000, 2000, 1000];
    await insertFacts(
      trial,
      experiment,
      facts([200, 150, 150], (variant, index) => ({
        cost: (costs[variant] ?? 0) + (index % 10) * 50,
      })),
    );
    await tick(trial);
    const after = (await workspace.get(`/experiments/${experiment.id}`)).body;
    expect(after).toMatchObject({
      status: 'running',
      variants: [{}, { stopped_at: expect.any(String) }, { stopped_at: null }],
    });
    expect(after.variants[1].stop_reason).toMatch(
      /^Worse than the control by the guard `cost_per_message`: \+\d+/,
    );
    const results = await resultsOf(trial, experiment.id);
    expect(results.guards).toMatchObject([{ state: 'harmful' }, { state: 'ok' }]);
    expect(results.sample_ratio.is_mismatch).toBe(false);
    // The other one becomes as expensive later.
    await insertFacts(trial, experiment, {
      ...facts([0, 0, 150], (_, index) => ({ cost: 6000, at: 100_000 + index })),
      subjects: [],
    });
    await env.DB.prepare(
      'update runs set variant_id = ? where experiment_id = ? and cost_nano_usd = 6000',
    )
      .bind(experiment.variants[2].id, experiment.id)
      .run();
    await tick(trial, 40 * 60_000);
    expect((await workspace.get(`/experiments/${experiment.id}`)).body).toMatchObject({
      ...{
        status: 'stopped',
        winner_id: null,
        end_reason: expect.stringContaining('cost_per_message'),
      },
    });
    const { body: entries } = await workspace.get(`/experiments/${experiment.id}/entries`);
    expect(entries.data.map(({ kind }: { kind: string }) => kind)).toEqual([
      'stopped',
      'variant_stopped',
      'variant_stopped',
      'started',
    ]);
    const { body: audit } = await workspace.get('/audit-log?limit=5');
    expect(audit.data[0]).toMatchObject({ action: 'experiment.stop', actor_type: 'system' });
    await publishAll(trial);
    const received = await payloads(receiver);
    expect(received.map(({ type }) => type).sort()).toEqual([
      'experiment.concluded',
      'experiment.guard_stopped',
      'experiment.guard_stopped',
    ]);
    expect(await runIn(trial, (await newSession(trial, { end_user_id: 'new' })).id)).toMatchObject({
      version_id: control,
      experiment: null,
    });
    expect((await resultsOf(trial, experiment.id)).is_final).toBe(true);
  });
});

describe('a bandit', () => {
  it('moves weight to the better variant once an hour, records it, and warns what its results mean', async () => {
    const trial = await newTrial();
    const { workspace } = trial;
    const experiment = await startWith(trial, { mode: 'bandit' });
    await insertFacts(
      trial,
      experiment,
      facts([100, 100], (variant, index) => rating(variant === 1 ? 0.6 : 0.5, index)),
    );
    await tick(trial);
    expect((await workspace.get(`/experiments/${experiment.id}`)).body.epoch).toBe(0);
    await tick(trial, 61 * 60_000);
    const { body } = await workspace.get(`/experiments/${experiment.id}`);
    expect(body.epoch).toBe(1);
    const [control, short] = body.variants;
    expect(control.weight + short.weight).toBeCloseTo(100);
    expect(short.weight).toBeGreaterThan(85);
    expect(control.weight).toBeGreaterThanOrEqual(5);
    await tick(trial, 75 * 60_000);
    expect((await workspace.get(`/experiments/${experiment.id}`)).body.epoch).toBe(1);
    const { body: entries } = await workspace.get(`/experiments/${experiment.id}/entries`);
    expect(entries.data[0]).toMatchObject({
      kind: 'reweighted',
      created_by: null,
      detail: { epoch: 1 },
    });
    const { warnings } = await resultsOf(trial, experiment.id);
    expect(warnings.map(({ code }: { code: string }) => code)).toEqual(
      expect.arrayContaining(['bandit', 'weights_changed']),
    );
  });
});
