import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { request } from '../support/api.ts';
import { faulty } from '../support/faulty.ts';
import { requestWith } from '../support/worker.ts';
import { about, addVersion, newTrial, startTrial, type Trial } from './support.ts';

/** Creates an experiment; `more` replaces fields of `about`. */
async function create(trial: Trial, more: object = {}) {
  const path = `/agents/${trial.agent}/experiments`;
  const { status, body } = await trial.workspace.post(path, { ...about(trial), ...more });
  expect(status, JSON.stringify(body)).toBe(201);
  return { ...body, path: `/experiments/${body.id}` };
}

const detailsOf = (body: { errors: { pointer: string; detail: string }[] }) =>
  body.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('an experiment', () => {
  it('is created, listed by status, changed as a draft and deleted', async () => {
    const trial = await newTrial();
    const { workspace, agent, control, candidate } = trial;
    const { path, ...made } = await create(trial);
    expect(made).toMatchObject({
      ...{ agent_id: agent, status: 'draft', mode: 'fixed', revision: 1, winner_id: null },
      primary_metric: { metric: 'success', direction: 'increase', minimum_effect: 0.05 },
      settings: { confidence_level: 0.95, success: { source: 'feedback', event: 'goal' } },
      variants: [
        { name: 'control', version_id: control, version_number: 1, is_control: true, weight: 50 },
        { name: 'short', version_id: candidate, version_number: 2, is_control: false, weight: 50 },
      ],
    });
    const change = {
      primary_metric: { metric: 'cost_per_message' },
      variants: [
        { name: 'old', version: 1, weight: 12.25, is_control: true },
        { name: 'new', version: '2', weight: 87.75 },
      ],
    };
    const stale = await workspace.patch(path, change, { headers: { 'if-match': '"7"' } });
    expect(stale.status).toBe(412);
    const patched = await workspace.patch(path, change, { headers: { 'if-match': '"1"' } });
    expect(patched.headers.get('etag')).toBe('"2"');
    expect(patched.body).toMatchObject({
      primary_metric: { direction: 'decrease' },
      variants: [{ name: 'old' }, { name: 'new', weight: 87.75 }],
    });
    const weighed = await workspace.patch(path, { weights: { old: 20, new: 80 } });
    expect(weighed.body.variants.map(({ weight }: { weight: number }) => weight)).toEqual([20, 80]);
    expect((await workspace.get(path)).body).toEqual(weighed.body);
    const other = await create(trial);
    const { body: page } = await workspace.get(`/agents/${agent}/experiments?status=draft&limit=1`);
    expect(page.data.map(({ id }: { id: string }) => id)).toEqual([other.id]);
    const rest = await workspace.get(
      `/agents/${agent}/experiments?status=draft&limit=1&cursor=${page.next_cursor}`,
    );
    expect(rest.body.data.map(({ id }: { id: string }) => id)).toEqual([made.id]);
    expect((await workspace.get(`/agents/${agent}/experiments?status=running`)).body.data).toEqual(
      [],
    );
    expect((await workspace.delete(path)).status).toBe(204);
    expect((await workspace.get(path)).status).toBe(404);
  });

  it('is refused with a reason for each field that does not fit', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const { variants } = about(trial);
    const refusals: [object, string][] = [
      [{ variants: variants.slice(1) }, '/variants'],
      [
        {
          variants: Array.from({ length: 11 }, (_, n) => ({
            name: `v${n}`,
            version: 1,
            weight: 1,
          })),
        },
        '/variants',
      ],
      [{ variants: [variants[0], { ...variants[1], name: 'control' }] }, '/variants'],
      [{ variants: [variants[0], { ...variants[1], version: 99 }] }, '/variants/1/version'],
      [{ variants: [variants[0], { ...variants[1], weight: 33.333 }] }, '/variants/1/weight'],
      [{ variants: [variants[0], { ...variants[1], weight: -1 }] }, '/variants/1/weight'],
      [{ primary_metric: { metric: 'happiness' } }, '/primary_metric/metric'],
      [{ primary_metric: { metric: 'event:Bad Name' } }, '/primary_metric/metric'],
      [{ guard_metrics: [{ metric: 'error_rate' }, { metric: 'error_rate' }] }, '/guard_metrics'],
      [{ settings: { confidence_level: 1 } }, '/settings/confidence_level'],
      [{ allocation: [] }, '/allocation'],
    ];
    for (const [change, pointer] of refusals) {
      const { status, body } = await workspace.post(`/agents/${agent}/experiments`, {
        ...about(trial),
        ...change,
      });
      expect([status, body.errors?.[0]?.pointer], JSON.stringify(change)).toEqual([422, pointer]);
    }
  });

  it('starts only when versions, weights, control, form and metrics allow it, and says all that do not', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const form = await addVersion(workspace, agent, {
      inputs: [{ type: 'text', name: 'city', label: 'City', required: true }],
    });
    const faulty = await create(trial, {
      primary_metric: { metric: 'confidence' },
      variants: [
        { name: 'a', version: 1, weight: 50 },
        { name: 'b', version: 1, weight: 0 },
        { name: 'c', version: form, weight: 20 },
      ],
    });
    const { status, body } = await workspace.post(`${faulty.path}/start`);
    expect([status, body.code]).toEqual([409, 'experiment_not_ready']);
    const details = detailsOf(body).join('\n');
    expect(details).toContain('/variants One variant must be the control; 0 are.');
    expect(details).toContain('/variants The weights of the variants must add up to 100.');
    expect(details).toContain('/variants/1/weight The weight of b must be above 0.');
    expect(details).toContain(
      '/variants/1/version The version of b is that of another variant, too.',
    );
    expect(details).toContain('/variants/2/version The version of c has other `inputs`');
    expect(details).toContain(
      '/primary_metric `confidence` is measured only for answers from knowledge',
    );
    expect((await workspace.get(faulty.path)).body.status).toBe('draft');

    const ready = await create(trial);
    await env.DB.prepare('update agents set archived_at = 1 where id = ?').bind(agent).run();
    expect((await workspace.post(`${ready.path}/start`)).body.code).toBe('agent_archived');
    await env.DB.prepare('update agents set archived_at = null where id = ?').bind(agent).run();
    expect((await workspace.post(`${ready.path}/start`)).body.status).toBe('running');
    const second = await create(trial);
    const refused = await workspace.post(`${second.path}/start`);
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      'Another experiment of the agent is running. Pause, stop or conclude it first.',
    ]);
    await workspace.post(`${ready.path}/pause`);
    expect((await workspace.post(`${second.path}/start`)).status).toBe(200);
    expect((await workspace.post(`${ready.path}/resume`)).status).toBe(409);
  });

  it('keeps a log, and what has run', async () => {
    const trial = await newTrial();
    const { workspace } = trial;
    const experiment = await startTrial(trial, true);
    const path = `/experiments/${experiment.id}`;
    expect((await workspace.delete(path)).status).toBe(409);
    expect((await workspace.patch(path, { mode: 'bandit' })).status).toBe(409);
    const wrong = await workspace.patch(path, { weights: { short: 80 } });
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/weights']);
    expect((await workspace.patch(path, { weights: { none: 1 } })).status).toBe(422);
    expect((await workspace.patch(path, { weights: { control: 0, short: 100 } })).status).toBe(422);
    const moved = await workspace.patch(path, {
      weights: { control: 30, short: 70 },
      name: 'Briefer',
    });
    expect(moved.body).toMatchObject({ name: 'Briefer', epoch: 1 });
    const [first, second] = experiment.variants;
    expect((await workspace.post(`${path}/variants/${first.id}/stop`)).status).toBe(409);
    expect((await workspace.post(`${path}/variants/${second.id}/stop`)).status).toBe(409);
    await workspace.post(`${path}/pause`);
    expect((await workspace.post(`${path}/pause`)).status).toBe(409);
    await workspace.post(`${path}/resume`);
    const stopped = await workspace.post(`${path}/stop`, { reason: 'Wrong metric.' });
    expect(stopped.body).toMatchObject({ status: 'stopped', end_reason: 'Wrong metric.' });
    expect((await workspace.post(`${path}/conclude`, { promote: null })).status).toBe(409);
    expect((await workspace.patch(path, { name: 'Late' })).status).toBe(409);
    const { data } = (await workspace.get(`${path}/entries`)).body;
    expect(data.map(({ kind }: { kind: string }) => kind)).toEqual([
      ...['stopped', 'resumed', 'paused', 'reweighted', 'started'],
    ]);
    expect(data[3].detail).toEqual({ epoch: 1, weights: { [first.id]: 30, [second.id]: 70 } });
    expect(data[4].detail).toEqual({ epoch: 0, weights: { [first.id]: 50, [second.id]: 50 } });
    expect(data[0].created_by).toBe(workspace.key_id);
  });

  it('activates the winner and ends in one step, recorded as any activation', async () => {
    const trial = await newTrial();
    const { workspace, agent, control, candidate } = trial;
    const experiment = await startTrial(trial, true);
    const path = `/experiments/${experiment.id}`;
    const unknown = await workspace.post(`${path}/conclude`, { promote: 'nobody' });
    expect(unknown.status).toBe(422);
    for (const { name } of experiment.variants)
      expect(unknown.body.detail).toContain(`\`${name}\``);
    const options = { headers: { 'idempotency-key': 'promote' } };
    const given = { promote: 'short', reason: 'Rated better.' };
    const concluded = await workspace.post(`${path}/conclude`, given, options);
    expect(concluded.body).toMatchObject({
      ...{ status: 'concluded', winner_id: experiment.variants[1].id },
      end_reason: 'Rated better.',
    });
    const replayed = await workspace.post(`${path}/conclude`, given, options);
    expect(replayed.body).toEqual(concluded.body);
    const shown = await workspace.get(`/agents/${agent}`);
    expect(shown.body.active_version.id).toBe(candidate);
    const { data } = (await workspace.get(`/agents/${agent}/activations?limit=100`)).body;
    expect(data[0]).toMatchObject({
      reason: 'Rated better.',
      version: { id: candidate },
      previous_version: { id: control },
    });
    const audit = (await workspace.get('/audit-log')).body.data;
    expect(
      audit
        .slice(0, 2)
        .map(({ action }: { action: string }) => action)
        .sort(),
    ).toEqual(['agent.activate', 'experiment.conclude']);
    // The version of the control is active now, so promoting it only ends the experiment.
    const next = await create(trial, {
      variants: about(trial).variants.map((variant) => ({
        ...variant,
        is_control: !('is_control' in variant),
      })),
    });
    await workspace.post(`${next.path}/start`);
    const kept = await workspace.post(`${next.path}/conclude`, { promote: 'short' });
    expect(kept.body.winner_id).toBe(next.variants[1].id);
    expect((await workspace.get(`/agents/${agent}/activations?limit=100`)).body.data).toHaveLength(
      data.length,
    );
  });

  it('ends once, together with the activation, when the connection is lost at any round trip (R56)', async () => {
    const trial = await newTrial();
    const { workspace, agent, control, candidate } = trial;
    for (let at = 1; ; at += 1)
      for (const mode of ['before', 'after'] as const) {
        await workspace.post(`/agents/${agent}/versions/${control}/activate`);
        const before = (await workspace.get(`/agents/${agent}/activations?limit=100`)).body.data;
        const { id } = await startTrial(trial, true);
        const options = {
          json: { promote: 'short' },
          headers: { 'idempotency-key': id },
        };
        const path = `/api/v1/experiments/${id}/conclude`;
        const { database, trips } = faulty(env.DB, { at, mode });
        const first = await requestWith({ DB: database }, 'POST', path, workspace.key, options);
        if (trips() < at) return expect(at).toBeGreaterThan(3);
        const again = await request('POST', path, workspace.key, options);
        const told = JSON.stringify({ at, mode, first: first.body, again: again.body });
        expect([200, 503], told).toContain(first.status);
        expect([again.status, again.body.status], told).toEqual([200, 'concluded']);
        const shown = (await workspace.get(`/agents/${agent}`)).body;
        expect(shown.active_version.id, told).toBe(candidate);
        const activations = (await workspace.get(`/agents/${agent}/activations?limit=100`)).body
          .data;
        expect(activations, told).toHaveLength(before.length + 1);
        const entries = (await workspace.get(`/experiments/${id}/entries`)).body.data;
        expect(entries, told).toHaveLength(2);
      }
  });

  it('has one outcome when start, stop, conclude and weights race', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const drafts = [await create(trial), await create(trial)];
    const starts = await Promise.all(
      [...drafts, ...drafts, ...drafts].map(({ path }) => workspace.post(`${path}/start`)),
    );
    expect(starts.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    const running = starts.find(({ status }) => status === 200)?.body;
    const path = `/experiments/${running.id}`;
    const ends = await Promise.all([
      ...['control', 'short', null].map((promote) =>
        workspace.post(`${path}/conclude`, { promote }),
      ),
      ...[1, 2, 3].map(() => workspace.post(`${path}/stop`)),
      workspace.patch(path, { weights: { control: 10, short: 90 } }),
    ]);
    const won = ends.slice(0, 6).filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    const shown = (await workspace.get(path)).body;
    expect(shown).toMatchObject({ status: won[0]?.body.status, winner_id: won[0]?.body.winner_id });
    const entries = (await workspace.get(`${path}/entries`)).body.data;
    const kinds = entries.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => ['stopped', 'concluded'].includes(kind))).toHaveLength(1);
    const active = (await workspace.get(`/agents/${agent}`)).body.active_version.id;
    const winner = running.variants.find(({ id }: { id: string }) => id === shown.winner_id);
    expect(active).toBe(winner?.version_id ?? trial.control);
  });

  it('is erased with its agent', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const experiment = await startTrial(trial);
    const given = { message: 'Hello', end_user_id: 'ada' };
    await workspace.post(`/agents/${agent}/runs`, given);
    await workspace.post(`/agents/${agent}/sessions`, { end_user_id: 'ada' });
    await workspace.delete(`/agents/${agent}`);
    expect((await workspace.delete(`/agents/${agent}?permanent=true`)).status).toBe(204);
    for (const table of ['subjects', 'entries', 'variants', 'totals'])
      await vi.waitUntil(
        async () =>
          (await env.DB.prepare(`select 1 from experiment_${table} where experiment_id = ?`)
            .bind(experiment.id)
            .first()) === null,
        { timeout: 150_000, interval: 50 },
      );
    expect((await workspace.get(`/experiments/${experiment.id}`)).status).toBe(404);
  });
});
