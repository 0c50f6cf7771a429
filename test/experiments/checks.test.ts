import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { checkIfDue } from '../../src/experiments/check.ts';
import { countUpTo } from '../../src/experiments/count.ts';
import { selectExperiment } from '../../src/experiments/store.ts';
import { contextOf } from '../llm/support.ts';
import { type Fault, faulty } from '../support/faulty.ts';
import { facts, insertFacts, rating, startWith } from './facts.ts';
import { about, addVersion, newTrial, type Trial } from './support.ts';

const minute = 60_000;

/** The context of the task at a later time. */
const later = ({ workspace }: Trial, ms: number, database: D1Database = env.DB) => ({
  ...contextOf(workspace, { DB: database }),
  now: () => Date.now() + ms,
});

const rowOf = async (trial: Trial, id: string) => {
  const row = await selectExperiment(contextOf(trial.workspace).db, trial.workspace.id, id).get();
  if (row === undefined) throw new Error('The experiment is gone.');
  return row;
};

/** The check of a tick; an error is logged there, and the next tick checks again. */
const check = async (trial: Trial, id: string, ms: number, database?: D1Database) =>
  checkIfDue(later(trial, ms, database), await rowOf(trial, id)).catch(() => undefined);

const entriesOf = async ({ workspace }: Trial, id: string): Promise<string[]> => {
  const { data } = (await workspace.get(`/experiments/${id}/entries`)).body;
  return data.map(({ kind }: { kind: string }) => kind).reverse();
};

const auditOf = async ({ workspace }: Trial, id: string, action: string) =>
  (
    await env.DB.prepare(
      'select count(*) as n from audit_log where workspace_id = ? and target_id = ? and action = ?',
    )
      .bind(workspace.id, id, action)
      .first<{ n: number }>()
  )?.n;

/** Repeats a scenario with a fault at each round trip of its check. */
async function atEachFault(
  scenario: (database: D1Database, fault: Fault) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let at = 1; ; at += 1)
    for (const mode of ['before', 'after'] as const) {
      const { database, trips } = faulty(env.DB, { at, mode });
      await scenario(database, { at, mode });
      if (trips() < at) return count;
      count += 1;
    }
}

/** An experiment whose second variant costs twice as much, and whose third is like the control; facts are counted. */
async function withHarm(trial: Trial, third: string | null): Promise<string> {
  const others =
    third === null ? [] : [{ name: 'verse', version: third, weight: 30, is_control: false }];
  const variants = [...about(trial, third === null ? [50, 50] : [40, 30]).variants, ...others];
  const guard_metrics = [{ metric: 'cost_per_message', minimum_effect: 0.1 }];
  const experiment = await startWith(trial, { guard_metrics, variants });
  const costs = [1000, 2000, 1000];
  await insertFacts(
    trial,
    experiment,
    facts([100, 100, ...others.map(() => 100)], (variant, index) => ({
      cost: (costs[variant] ?? 0) + (index % 10) * 50,
    })),
  );
  const until = Date.now() + minute;
  await countUpTo(later(trial, minute), experiment.id, until, { pages: 10 });
  return experiment.id;
}

describe('the check of guards', () => {
  it('stops a harmful variant once, whichever of its round trips fails (R64)', async () => {
    const trial = await newTrial();
    const third = await addVersion(trial.workspace, trial.agent, { instructions: 'In verse.' });
    const faults = await atEachFault(async (database, fault) => {
      const id = await withHarm(trial, third);
      await check(trial, id, minute, database);
      await check(trial, id, minute);
      // What a check could not do is done by the next one.
      await check(trial, id, 12 * minute);
      const told = JSON.stringify(fault);
      const row = await rowOf(trial, id);
      expect(row, told).toMatchObject({ status: 'running' });
      const stopped = row.variants.map(({ stopped_at }) => stopped_at !== null);
      expect(stopped, told).toEqual([false, true, false]);
      expect(await entriesOf(trial, id), told).toEqual(['started', 'variant_stopped']);
      expect(await auditOf(trial, id, 'experiment.stop_variant'), told).toBe(1);
      await trial.workspace.post(`/experiments/${id}/stop`);
    });
    expect(faults).toBeGreaterThan(6);
  });

  it('ends the experiment once with the last variant beside the control, whichever round trip fails (R64)', async () => {
    const trial = await newTrial();
    await atEachFault(async (database, fault) => {
      const id = await withHarm(trial, null);
      await check(trial, id, minute, database);
      await check(trial, id, 12 * minute);
      const told = JSON.stringify(fault);
      const shown = (await trial.workspace.get(`/experiments/${id}`)).body;
      expect(shown, told).toMatchObject({ status: 'stopped', winner_id: null });
      expect(await entriesOf(trial, id), told).toEqual(['started', 'variant_stopped', 'stopped']);
      expect(await auditOf(trial, id, 'experiment.stop'), told).toBe(1);
      const results = (await trial.workspace.get(`/experiments/${id}/results`)).body;
      expect(results, told).toMatchObject({ is_final: true, guards: [{ state: 'harmful' }] });
    });
  });

  it('has one outcome when checks race with each other and with a person', async () => {
    const trial = await newTrial();
    for (const verb of ['stop', 'conclude', 'pause'] as const) {
      const id = await withHarm(trial, null);
      const body = verb === 'conclude' ? { promote: 'short' } : {};
      const [answer] = await Promise.all([
        trial.workspace.post(`/experiments/${id}/${verb}`, body),
        ...[1, 2, 3].map(() => check(trial, id, minute)),
      ]);
      await check(trial, id, 12 * minute);
      const kinds = await entriesOf(trial, id);
      const ends = kinds.filter((kind) => ['stopped', 'concluded'].includes(kind));
      const told = JSON.stringify({ verb, kinds, status: answer.status, body: answer.body });
      expect([200, 409], told).toContain(answer.status);
      expect(kinds.filter((kind) => kind === 'variant_stopped').length, told).toBeLessThan(2);
      if (verb === 'pause' && answer.status === 200) {
        // A paused experiment is not checked. Resumed, it is.
        expect(ends, told).toEqual([]);
        await trial.workspace.post(`/experiments/${id}/resume`);
        await check(trial, id, 24 * minute);
        expect((await rowOf(trial, id)).status).toBe('stopped');
      } else expect(ends, told).toHaveLength(1);
    }
  });
});

describe('the announcement of a winner', () => {
  it('is made once, whichever round trip of its check fails, and however many checks race (R64)', async () => {
    const trial = await newTrial();
    const experiment = await startWith(trial);
    const { id } = experiment;
    const better = facts([150, 150], (variant, index) => rating(variant === 1 ? 0.9 : 0.4, index));
    await insertFacts(trial, experiment, better);
    await countUpTo(later(trial, minute), id, Date.now() + minute, { pages: 10 });
    let at = 0;
    await atEachFault(async (database) => {
      at += 12 * minute;
      await check(trial, id, at, database);
    });
    await Promise.all([1, 2, 3].map(() => check(trial, id, at + 12 * minute)));
    expect(await entriesOf(trial, id)).toEqual(['started', 'significant']);
  });
});

describe('the check of a bandit', () => {
  it('begins one epoch, whichever of its round trips fails, and however many checks race (R64)', async () => {
    const trial = await newTrial();
    const begin = async () => {
      const experiment = await startWith(trial, { mode: 'bandit' });
      const few = facts([60, 60], (variant, index) => rating(variant === 1 ? 0.6 : 0.4, index));
      await insertFacts(trial, experiment, few);
      await countUpTo(later(trial, minute), experiment.id, Date.now() + minute, { pages: 10 });
      return experiment.id as string;
    };
    const expectOneEpoch = async (id: string, told: string) => {
      expect(await entriesOf(trial, id), told).toEqual(['started', 'reweighted']);
      const { epoch, variants, allocation } = await rowOf(trial, id);
      expect(epoch, told).toBe(1);
      const sum = variants.reduce((total, { weight }) => total + weight, 0);
      expect(sum, told).toBeCloseTo(100);
      // Slots are shared out by the weights of the epoch.
      const shares = new Map<string, number>();
      let from = 0;
      for (const [until, variant] of allocation) {
        shares.set(variant, (shares.get(variant) ?? 0) + until - from);
        from = until;
      }
      for (const { id: variant, weight } of variants)
        expect(shares.get(variant), told).toBe(Math.round(weight * 100));
      await trial.workspace.post(`/experiments/${id}/stop`);
    };
    const faults = await atEachFault(async (database, fault) => {
      const id = await begin();
      await check(trial, id, 61 * minute, database);
      await check(trial, id, 73 * minute);
      await expectOneEpoch(id, JSON.stringify(fault));
    });
    expect(faults).toBeGreaterThan(6);
    const id = await begin();
    await Promise.all([1, 2, 3].map(() => check(trial, id, 61 * minute)));
    await expectOneEpoch(id, 'race');
  });
});
