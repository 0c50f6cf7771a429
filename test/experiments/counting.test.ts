import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { saveCheck } from '../../src/experiments/check-store.ts';
import { countUpTo } from '../../src/experiments/count.ts';
import { contextOf } from '../llm/support.ts';
import { faulty } from '../support/faulty.ts';
import { type Facts, insertFacts, startWith, totalsOf } from './facts.ts';
import { newTrial, type Trial } from './support.ts';

const countingAs = (trial: Trial, database = env.DB) =>
  contextOf(trial.workspace, { DB: database });

const metrics = {
  primary_metric: { metric: 'feedback_score' },
  guard_metrics: [
    { metric: 'error_rate' },
    { metric: 'latency_p95' },
    { metric: 'cost_per_message' },
    { metric: 'messages_per_session' },
    { metric: 'event:order.value' },
    { metric: 'success' },
  ],
  settings: { success: { source: 'goal', event: 'goal' } },
};

async function start(): Promise<{
  trial: Trial;
  experiment: { id: string; started_at: string; variants: { id: string }[] };
}> {
  const trial = await newTrial();
  return { trial, experiment: await startWith(trial, metrics) };
}

/** Two subjects of the control and one of the other variant, whose figures are easy to compute by hand. */
const byHand: Facts = {
  subjects: [
    { subject: 1, variant: 0 },
    { subject: 2, variant: 0 },
    { subject: 3, variant: 1 },
  ],
  runs: [
    { subject: 1, session: 'a', at: 1, latency: 100, cost: 1000, rating: 'up' },
    { subject: 1, session: 'a', at: 2, latency: 200, cost: 3000, rating: 'down' },
    { subject: 1, session: 'b', at: 3, latency: 300, cost: null, status: 'failed' },
    { subject: 2, session: 'c', at: 4, latency: 400, cost: 2000, rating: '3' },
    { subject: 3, session: 'd', at: 5, latency: 500, cost: 5000, rating: '5' },
  ],
  events: [
    { session: 'a', at: 6, name: 'goal', value: 1 },
    { session: 'a', at: 7, name: 'goal', value: 1 },
    { session: 'c', at: 8, name: 'order.value', value: 20 },
    { session: 'c', at: 9, name: 'order.value', value: 22 },
    { session: 'nobody', at: 9, name: 'goal', value: 1 },
  ],
};

const meansOf = (moments: { n: number; mean: number[] }) =>
  moments.mean.slice(0, 2).map((mean) => mean * moments.n);

describe('counting', () => {
  it('adds up runs, ratings and events by subject, as computed by hand', async () => {
    const { trial, experiment } = await start();
    await insertFacts(trial, experiment, byHand);
    await saveCheck(countingAs(trial).db, trial.workspace.id, experiment.id, 7);
    await countUpTo(countingAs(trial), experiment.id, Date.now() + 1000);
    const checked = "select cursor ->> 'checked_at' as at from experiments where id = ?";
    expect(await env.DB.prepare(checked).bind(experiment.id).first('at')).toBe(7);
    const [control, variant] = await totalsOf(experiment);
    const { ratios, quantiles, active } = control.sums;
    expect([control.subjects, active, variant.subjects]).toEqual([2, 2, 1]);
    expect(meansOf(ratios.feedback_score)).toEqual([1.5, 3]);
    expect(meansOf(ratios.error_rate)).toEqual([1, 4]);
    expect(meansOf(ratios.cost_per_message)).toEqual([6000, 3]);
    expect(meansOf(ratios.messages_per_session)).toEqual([4, 3]);
    expect(meansOf(ratios.success)).toEqual([1, 3]);
    expect(meansOf(ratios['event:order.value'])).toEqual([42, 2]);
    // Of the completed runs only: two of one subject, one of the other.
    expect(quantiles.latency_p95).toMatchObject({ n: 2, total: 3, squares: 5 });
    expect(meansOf(variant.sums.ratios.feedback_score)).toEqual([1, 1]);
    // Values of the subjects of the control: 2/2 with the score 1, and 1/1 with 0.5.
    expect(ratios.feedback_score.co[0]).toBeCloseTo((1 - 0.75) ** 2 + (0.5 - 0.75) ** 2);
  });

  it('gives the same totals for any split into ticks', async () => {
    const { trial, experiment } = await start();
    const whole = await resetting(trial, experiment);
    const arbitrary = fc.record({
      runs: fc.array(
        fc.record({
          subject: fc.integer({ min: 1, max: 4 }),
          at: fc.integer({ min: 1, max: 60 }),
          latency: fc.integer({ min: 1, max: 9000 }),
          cost: fc.option(fc.integer({ min: 0, max: 9000 })),
          rating: fc.constantFrom(undefined, 'up', 'down', '4'),
        }),
        { minLength: 5, maxLength: 25 },
      ),
      ticks: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(arbitrary, async ({ runs, ticks }) => {
        const found: unknown[] = [];
        for (const splits of [[61], [...ticks.sort((a, b) => a - b), 61]]) {
          await whole.reset();
          await insertFacts(trial, experiment, {
            subjects: [1, 2, 3, 4].map((subject) => ({ subject, variant: subject % 2 })),
            runs: runs.map((run) => ({ ...run, session: `s${run.subject}` })),
            events: [],
          });
          const from = Date.parse(experiment.started_at);
          for (const split of splits)
            await countUpTo(countingAs(trial), experiment.id, from + split);
          found.push(await totalsOf(experiment));
        }
        const [once = [], split = []] = found.map(numbersOf);
        expect(split).toHaveLength(once.length);
        for (const [place, value] of once.entries())
          expect(Math.abs((split[place] ?? 0) - value)).toBeLessThan(1e-6 * (1 + Math.abs(value)));
      }),
      { numRuns: 6, seed: 14 },
    );
  });

  it('takes back a rating that was changed or deleted, and keeps what an erased session has added', async () => {
    const { trial, experiment } = await start();
    const { workspace } = trial;
    const { ratedMessages, sessions } = await insertFacts(trial, experiment, byHand);
    const score = async () => {
      await countUpTo(countingAs(trial), experiment.id, Date.now() + 1000);
      const [control] = await totalsOf(experiment);
      return meansOf(control.sums.ratios.feedback_score);
    };
    expect(await score()).toEqual([1.5, 3]);
    const [up, down] = ratedMessages as [string, string];
    expect((await workspace.put(`/messages/${down}/feedback`, { rating: 'up' })).status).toBe(200);
    expect(await score()).toEqual([2.5, 3]);
    expect((await workspace.delete(`/messages/${up}/feedback`)).status).toBe(204);
    expect(await score()).toEqual([1.5, 2]);
    expect((await workspace.put(`/messages/${up}/feedback`, { rating: 'down' })).status).toBe(200);
    expect(await score()).toEqual([1.5, 3]);
    expect((await workspace.delete(`/sessions/${sessions.get('a')}`)).status).toBe(204);
    expect(await score()).toEqual([1.5, 3]);
  });

  it('counts each fact once when several workers count, and one dies at any round trip', async () => {
    const { trial, experiment } = await start();
    const again = await resetting(trial, experiment);
    const until = Date.now() + 1000;
    const count = (database?: D1Database) =>
      countUpTo(countingAs(trial, database), experiment.id, until);
    await insertFacts(trial, experiment, byHand);
    const { database, trips } = faulty(env.DB, null);
    await count(database);
    const expected = await totalsOf(experiment);
    for (let at = 1; at <= trips(); at += 1)
      for (const mode of ['before', 'after'] as const) {
        await again.reset();
        await insertFacts(trial, experiment, byHand);
        await count(faulty(env.DB, { at, mode }).database).catch(() => {});
        await Promise.all([count(), count(), count()]);
        expect(
          (await totalsOf(experiment)).map(({ sums }) => sums),
          `${mode} ${at}`,
        ).toEqual(expected.map(({ sums }) => sums));
      }
    expect(trips()).toBeLessThan(9);
  });

  it('counts a run that was stored long after its end', async () => {
    const { trial, experiment } = await start();
    await insertFacts(trial, experiment, byHand);
    const from = Date.parse(experiment.started_at);
    await env.DB.prepare('update runs set ended_at = null where experiment_id = ? and ended_at = ?')
      .bind(experiment.id, from + 3)
      .run();
    await countUpTo(countingAs(trial), experiment.id, Date.now() + 1000);
    expect(meansOf((await totalsOf(experiment))[0].sums.ratios.error_rate)).toEqual([0, 3]);
    await env.DB.prepare(
      'update runs set ended_at = ? where experiment_id = ? and ended_at is null',
    )
      .bind(from - 60_000, experiment.id)
      .run();
    await countUpTo(countingAs(trial), experiment.id, Date.now() + 1000);
    await countUpTo(countingAs(trial), experiment.id, Date.now() + 2000);
    expect(meansOf((await totalsOf(experiment))[0].sums.ratios.error_rate)).toEqual([1, 4]);
  });
});

/** Lists all numbers, since sums in another order differ in their last digits. */
function numbersOf(value: unknown): number[] {
  const numbers: number[] = [];
  JSON.stringify(value, (_, one) => {
    if (typeof one === 'number') numbers.push(one);
    return one;
  });
  return numbers;
}

/** Puts an experiment back to its start. */
async function resetting(trial: Trial, { id }: { id: string }) {
  return {
    reset: () =>
      env.DB.batch([
        env.DB.prepare('delete from feedback where agent_id = ?').bind(trial.agent),
        env.DB.prepare('delete from session_events where agent_id = ?').bind(trial.agent),
        env.DB.prepare('delete from messages where workspace_id = ?').bind(trial.workspace.id),
        env.DB.prepare('delete from runs where agent_id = ?').bind(trial.agent),
        env.DB.prepare(
          'delete from sessions where agent_id = ? and subject between 0 and 1000',
        ).bind(trial.agent),
        ...['experiment_subjects', 'experiment_totals', 'experiment_late_facts'].map((table) =>
          env.DB.prepare(`delete from ${table} where experiment_id = ?`).bind(id),
        ),
        env.DB.prepare("update experiments set cursor = '{}', counted_at = 0 where id = ?").bind(
          id,
        ),
      ]),
  };
}
