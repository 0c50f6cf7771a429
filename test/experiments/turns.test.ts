import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { openStream, readFrames } from '../support/chat.ts';
import { slotIn } from '../support/schedules.ts';
import {
  about,
  addVersion,
  answer,
  exposures,
  favour,
  newSession,
  newTrial,
  runIn,
  startTrial,
} from './support.ts';

const variantOf = (experiment: { variants: { id: string; name: string }[] }, name: string) =>
  experiment.variants.find((variant) => variant.name === name)?.id;

describe('a turn while an experiment runs', () => {
  it('uses the variant of its end user in every session, and names it in the answer, the run, the stream and usage', async () => {
    const trial = await newTrial();
    const { workspace, agent, candidate } = trial;
    const experiment = await startTrial(trial);
    const short = variantOf(experiment, 'short');
    const expected = { id: experiment.id, variant: short };
    const sessions = [
      await newSession(trial, { end_user_id: 'ada' }),
      await newSession(trial, { end_user_id: 'ada' }),
    ];
    for (const { id } of sessions) {
      expect(await runIn(trial, id)).toMatchObject({ version_id: candidate, experiment: expected });
      expect(await runIn(trial, id)).toMatchObject({ version_id: candidate, experiment: expected });
    }
    expect(await exposures(experiment.id)).toMatchObject([{ variant_id: short, epoch: 0 }]);
    const [session] = sessions;
    const stream = await workspace.post(
      `/sessions/${session.id}/messages`,
      { message: 'Again' },
      { headers: { accept: 'text/event-stream' } },
    );
    expect(stream.body).toContain(`"experiment":{"id":"${experiment.id}","variant":"${short}"}`);
    const runs = (await workspace.get(`/runs?experiment=${experiment.id}&variant=${short}`)).body
      .data;
    expect(runs).toHaveLength(5);
    expect(runs[0].experiment).toEqual(expected);
    expect((await workspace.get(`/runs/${runs[0].id}`)).body.experiment).toEqual(expected);
    const { body: messages } = await workspace.get(`/sessions/${session.id}/messages`);
    expect(messages.data[0].run.experiment).toEqual(expected);
    const usage = (await workspace.get(`/usage?experiment=${experiment.id}`)).body.data;
    expect(usage).toHaveLength(5);
    expect(usage[0]).toMatchObject({ experiment_id: experiment.id, variant_id: short });
    expect(
      (await workspace.get(`/usage?variant=${variantOf(experiment, 'control')}`)).body.data,
    ).toEqual([]);
    const csv = await workspace.get(`/usage?variant=${short}`, { headers: { accept: 'text/csv' } });
    expect(csv.body.split('\n')[0]).toMatch(/,experiment_id,variant_id\r?$/);
    expect(csv.body).toContain(`${experiment.id},${short}`);
    const { body: analytics } = await workspace.get(`/agents/${agent}/analytics?group_by=variant`);
    expect(analytics.groups).toMatchObject([
      { value: `${experiment.id}/${short}`, name: 'Shorter answers / short' },
    ]);
  });

  it('does not assign what is pinned, previewed, scheduled or older than the experiment', async () => {
    const trial = await newTrial();
    const { workspace, agent, control, candidate, session: older } = trial;
    const experiment = await startTrial(trial);
    await workspace.put(`/agents/${agent}/labels/stable`, { version: control });
    const none = { version_id: control, experiment: null };
    expect(await runIn(trial, older)).toMatchObject(none);
    const pinned = await newSession(trial, { end_user_id: 'bob', version: 'stable' });
    expect(await runIn(trial, pinned.id)).toMatchObject(none);
    const free = await newSession(trial, { end_user_id: 'bob' });
    expect(await runIn(trial, free.id, { version: control })).toMatchObject(none);
    const preview = await workspace.post(`/agents/${agent}/runs`, {
      message: 'Hello',
      end_user_id: 'bob',
      config: { instructions: 'A draft.' },
    });
    expect(preview.body.run).toMatchObject({ is_preview: true, experiment: null });
    const nobody = await workspace.post(`/agents/${agent}/runs`, { message: 'Hello' });
    expect(nobody.body.run).toMatchObject(none);
    const { body: schedule } = await workspace.post(`/agents/${agent}/schedules`, {
      ...{ name: 'Report', cron: '0 0 1 1 *', message: 'Hello' },
      ...{ end_user_id: 'bob', session: 'new' },
    });
    await workspace.post(`/schedules/${schedule.id}/run`);
    const { run_id } = await slotIn(workspace, schedule.id, 'completed');
    expect((await workspace.get(`/runs/${run_id}`)).body).toMatchObject(none);
    expect(await exposures(experiment.id)).toEqual([]);
    // The pinned run has left no trace in the host of the session.
    expect(await runIn(trial, free.id)).toMatchObject({ version_id: candidate });
    const oneOff = await workspace.post(`/agents/${agent}/runs`, {
      message: 'Hello',
      end_user_id: 'bob',
    });
    expect(oneOff.body.run.experiment).toEqual({
      id: experiment.id,
      variant: variantOf(experiment, 'short'),
    });
    expect(await exposures(experiment.id)).toHaveLength(1);
  });

  it('follows the state of the experiment in a session that its host has cached', async () => {
    const trial = await newTrial();
    const { workspace, agent, control, candidate } = trial;
    const third = await addVersion(workspace, agent, { instructions: 'Answer in verse.' });
    const { body: draft } = await workspace.post(`/agents/${agent}/experiments`, {
      ...about(trial, [0.01, 99.98]),
      variants: [
        ...about(trial, [0.01, 99.98]).variants,
        { name: 'verse', version: third, weight: 0.01 },
      ],
    });
    const path = `/experiments/${draft.id}`;
    const before = await newSession(trial, { end_user_id: 'eve' });
    expect(await runIn(trial, before.id)).toMatchObject({ version_id: control, experiment: null });
    expect((await workspace.post(`${path}/start`)).status).toBe(200);
    await favour(draft.id, draft.variants[1].id);
    expect(await runIn(trial, before.id)).toMatchObject({ version_id: control, experiment: null });
    const { id } = await newSession(trial, { end_user_id: 'eve' });
    const short = variantOf(draft, 'short');
    const counted = { version_id: candidate, experiment: { id: draft.id, variant: short } };
    expect(await runIn(trial, id)).toMatchObject(counted);
    await workspace.post(`${path}/pause`);
    expect(await runIn(trial, id)).toMatchObject({ version_id: control, experiment: null });
    await workspace.post(`${path}/resume`);
    expect(await runIn(trial, id)).toMatchObject(counted);
    // Who was exposed keeps the variant, whatever the weights become.
    const weights = { control: 99.98, short: 0.01, verse: 0.01 };
    expect((await workspace.patch(path, { weights })).body.epoch).toBe(1);
    expect(await runIn(trial, id)).toMatchObject(counted);
    const stopped = await workspace.post(`${path}/variants/${short}/stop`, { reason: 'Rude.' });
    expect(stopped.body.variants[1]).toMatchObject({ stop_reason: 'Rude.' });
    expect(await runIn(trial, id)).toMatchObject({ version_id: control, experiment: null });
    const verse = variantOf(draft, 'verse');
    await workspace.post(`${path}/conclude`, { promote: verse });
    expect(await runIn(trial, id)).toMatchObject({ version_id: third, experiment: null });
    expect(await exposures(draft.id)).toHaveLength(1);
  });

  it('assigns a queued run when it starts, and a regenerated answer like the first', async () => {
    const slow = { ...answer, fault: { kind: 'drip', bytes: 64, ms: 20 } } as const;
    const trial = await newTrial({}, [slow]);
    const { workspace } = trial;
    const experiment = await startTrial(trial);
    const expected = { id: experiment.id, variant: variantOf(experiment, 'short') };
    const { id } = await newSession(trial, { end_user_id: 'flo', on_busy: 'queue' });
    const runs = await Promise.all([runIn(trial, id), runIn(trial, id), runIn(trial, id)]);
    expect(runs.map((run) => run.experiment)).toEqual([expected, expected, expected]);
    const { body } = await workspace.get(`/sessions/${id}/messages`);
    const again = await workspace.post(`/messages/${body.data[0].id}/regenerate`);
    expect(again.body.run.experiment).toEqual(expected);
    expect(await exposures(experiment.id)).toHaveLength(1);
  });

  it('greets a new session with the version of its variant', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const greeting = await addVersion(workspace, agent, { welcome_message: 'Welcome!' });
    await startTrial({ ...trial, candidate: greeting });
    const session = await newSession(trial, { end_user_id: 'gus' });
    expect(session.welcome_message).toBe('Welcome!');
    expect((await workspace.get(`/sessions/${session.id}`)).body.welcome_message).toBe('Welcome!');
  });

  it('exposes an end user once, to one variant, however many sessions start at once', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const experiment = await startTrial(trial, true);
    const sessions = await Promise.all(
      Array.from({ length: 25 }, () => newSession(trial, { end_user_id: 'hal' })),
    );
    const runs = await Promise.all([
      ...sessions.map(({ id }) => runIn(trial, id)),
      ...Array.from({ length: 25 }, async () => {
        const given = { message: 'Hello', end_user_id: 'hal' };
        return (await workspace.post(`/agents/${agent}/runs`, given)).body.run;
      }),
    ]);
    const [exposure, ...others] = await exposures(experiment.id);
    expect(others).toEqual([]);
    expect(new Set(runs.map((run) => run.experiment.variant))).toEqual(
      new Set([exposure?.variant_id]),
    );
    const { results } = await env.DB.prepare('select distinct subject from runs where agent_id = ?')
      .bind(agent)
      .all();
    expect(results).toEqual([{ subject: exposure?.subject }]);
  });

  it('shares subjects out by the weights', async () => {
    const trial = await newTrial();
    const experiment = await startTrial(trial, true);
    const runs = [];
    for (let user = 0; user < 40; user += 1) {
      const given = { message: 'Hello', end_user_id: `user-${user}` };
      runs.push((await trial.workspace.post(`/agents/${trial.agent}/runs`, given)).body.run);
    }
    const control = variantOf(experiment, 'control');
    const share = runs.filter((run) => run.experiment.variant === control).length;
    // Within four standard deviations of 20.
    expect(share).toBeGreaterThan(7);
    expect(share).toBeLessThan(33);
    expect(await exposures(experiment.id)).toHaveLength(40);
  });

  it('names experiment and variant in the first event of a stream', async () => {
    const trial = await newTrial();
    const experiment = await startTrial(trial);
    const { id } = await newSession(trial);
    const frames = await readFrames(
      await openStream(trial.workspace, 'POST', `/sessions/${id}/messages`, {
        json: { message: 'Hello' },
      }),
    );
    const started = frames.find(({ data }) => data.type === 'data-run')?.data.data;
    expect(started).toMatchObject({
      status: 'running',
      experiment: { id: experiment.id, variant: variantOf(experiment, 'short') },
    });
  });
});
