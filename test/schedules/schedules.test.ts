import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newChat } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { makeDue, minutesAgo, onceAnHour, slotIn, slotsOf, tick } from '../support/schedules.ts';

const answer: Round = {
  text: ['All ', 'done.'],
  usage: { input_tokens: 10, output_tokens: 3 },
};
const hourly = { name: 'Report', cron: onceAnHour(), message: 'Report.' };

/** An agent with a schedule whose next time has just come. */
async function newDue(rounds: readonly Round[], about: object = {}) {
  const chat = await newChat({ rounds: [...rounds] });
  const { status, body } = await chat.workspace.post(`/agents/${chat.agent}/schedules`, {
    ...hourly,
    ...about,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  await makeDue(body.id, minutesAgo(1));
  return { ...chat, schedule: body.id as string, created: body };
}

describe('a schedule', () => {
  it('runs its agent without a session, with the key, metadata and version that it names', async () => {
    const about = { metadata: { source: 'cron' }, end_user_id: 'ada', version: 1 };
    const { workspace, schedule, agent } = await newDue([answer], about);
    await tick();
    const slot = await slotIn(workspace, schedule, 'completed');
    expect(slot).toMatchObject({
      schedule_id: schedule,
      skip_reason: null,
      session_id: null,
      run_status: 'completed',
      error: null,
    });
    const run = (await workspace.get(`/runs/${slot.run_id}`)).body;
    expect(run).toMatchObject({
      agent_id: agent,
      status: 'completed',
      end_user_id: 'ada',
      metadata: { source: 'cron' },
    });
    const row = await env.DB.prepare(
      'select created_by, api_key_id from runs join usage on run_id = runs.id where runs.id = ?',
    )
      .bind(slot.run_id)
      .first();
    expect(row).toEqual({ created_by: workspace.key_id, api_key_id: workspace.key_id });
    await tick();
    const { body } = await workspace.get(`/schedules/${schedule}`);
    expect(body).toMatchObject({ status: 'active', run_count: 1, failures: 0 });
    expect(body.next_runs).toHaveLength(5);
    expect(Date.parse(body.next_runs[0])).toBeGreaterThan(Date.now());
  });

  it('starts a session each time, or continues one', async () => {
    const { workspace, schedule, session, agent } = await newDue([answer, answer], {
      session: 'new',
    });
    await tick();
    const fresh = await slotIn(workspace, schedule, 'completed');
    expect(fresh.session_id).toMatch(/^ses_/);
    expect(fresh.session_id).not.toBe(session);
    const patched = await workspace.patch(`/schedules/${schedule}`, { session });
    expect(patched.body.session).toBe(session);
    await makeDue(schedule, minutesAgo(0));
    await tick();
    const next = await slotIn(workspace, schedule, 'completed');
    expect([next.session_id, next.id === fresh.id]).toEqual([session, false]);
    const { body } = await workspace.get(`/sessions/${session}/messages`);
    expect(body.data.map(({ text }: { text: string }) => text)).toEqual(['All done.', 'Report.']);
    const other = await workspace.post('/agents', { name: 'Other' });
    const stranger = await workspace.post(`/agents/${other.body.id}/schedules`, {
      ...hourly,
      session,
    });
    expect([
      stranger.status,
      (await workspace.get(`/agents/${agent}/schedules`)).body.data.length,
    ]).toEqual([404, 1]);
  });

  it('skips a time at which the former run is active, or queues it', async () => {
    const slowly: Round = { ...answer, fault: { kind: 'stall', events: 1 } };
    const { workspace, schedule } = await newDue([slowly, answer, answer]);
    await tick();
    const active = await slotIn(workspace, schedule, 'running');
    await makeDue(schedule, minutesAgo(0));
    await tick();
    expect((await slotsOf(workspace, schedule))[0]).toMatchObject({
      status: 'skipped',
      skip_reason: 'overlap',
      run_id: null,
    });
    await workspace.patch(`/schedules/${schedule}`, { on_overlap: 'queue' });
    await makeDue(schedule, Date.now());
    await tick();
    expect((await slotsOf(workspace, schedule))[0].status).toBe('queued');
    await workspace.post(`/runs/${active.run_id}/cancel`);
    await tick();
    await slotIn(workspace, schedule, 'completed');
    const { body } = await workspace.get(`/schedules/${schedule}`);
    expect(body).toMatchObject({ run_count: 2, failures: 0 });
  });

  it.each([
    ['skip', ['skipped missed 09:00 12:00']],
    ['latest', ['completed 12:00', 'skipped missed 09:00 11:00']],
    ['all', ['queued 12:00', 'queued 11:00', 'queued 10:00', 'completed 09:00']],
  ])('catches up with `%s` after an outage', async (catch_up, expected) => {
    const { workspace, schedule } = await newDue([answer], {
      ...{ catch_up, cron: '0 * * * *' },
      ends_at: '2099-01-01T00:00:00Z',
    });
    // The outage lasted until after the last of four times, which is what ends them.
    await env.DB.prepare('update schedules set ends_at = ?, next_run_at = ? where id = ?')
      .bind(Date.parse('2026-03-02T12:30:00Z'), Date.parse('2026-03-02T09:00:00Z'), schedule)
      .run();
    await tick();
    if (catch_up === 'latest') await slotIn(workspace, schedule, 'completed');
    const time = (at: string | null) => (at === null ? '' : ` ${at.slice(11, 16)}`);
    const shown = async () =>
      (await slotsOf(workspace, schedule)).map(
        (slot: Record<'status' | 'skip_reason' | 'scheduled_at' | 'until', string>) =>
          `${slot.status}${slot.skip_reason === null ? '' : ` ${slot.skip_reason}`}${time(slot.scheduled_at)}${time(slot.until)}`,
      );
    await expect.poll(shown, { timeout: 150_000 }).toEqual(expected);
    expect((await workspace.get(`/schedules/${schedule}`)).body.status).toBe('finished');
  });

  it('finishes after `max_runs`', async () => {
    const { workspace, schedule } = await newDue([answer], { max_runs: 1 });
    await tick();
    await slotIn(workspace, schedule, 'completed');
    const { body } = await workspace.get(`/schedules/${schedule}`);
    expect(body).toMatchObject({ status: 'finished', next_runs: [], run_count: 1 });
  });

  it('is paused after failures in a row, with an event, and resumed', async () => {
    const fails: Round = { fault: { kind: 'status', status: 400 } } as Round;
    const { workspace, schedule } = await newDue([fails, fails], { max_failures: 2 });
    const hook = await workspace.post('/webhooks', {
      url: 'https://hooks.example.com/a',
      event_types: ['schedule.*', 'run.*'],
    });
    expect(hook.status, JSON.stringify(hook.body)).toBe(201);
    for (const ago of [2, 1]) {
      await makeDue(schedule, minutesAgo(ago));
      await tick();
      const { error } = await slotIn(workspace, schedule, 'failed');
      expect(error.code).toBe('provider_error');
    }
    await tick();
    const { body } = await workspace.get(`/schedules/${schedule}`);
    expect(body).toMatchObject({
      status: 'paused',
      pause_reason: 'failures',
      failures: 2,
      next_runs: [],
    });
    const events = await env.DB.prepare(
      "select type, subject_id, data from webhook_events where workspace_id = ? and type in ('schedule.paused', 'run.failed') order by type",
    )
      .bind(workspace.id)
      .all<{ type: string; data: string }>();
    expect(events.results.map(({ type, data }) => [type, JSON.parse(data).schedule_id])).toEqual([
      ['run.failed', schedule],
      ['run.failed', schedule],
      ['schedule.paused', schedule],
    ]);
    const resumed = (await workspace.patch(`/schedules/${schedule}`, { paused: false })).body;
    expect(resumed).toMatchObject({ status: 'active', failures: 0, pause_reason: null });
  });

  it('runs now on request, also while it is paused, one run at a time', async () => {
    const stalls: Round = { ...answer, fault: { kind: 'stall', events: 1 } };
    const { workspace, schedule } = await newDue([stalls], { paused: true });
    const { status, body } = await workspace.post(`/schedules/${schedule}/run`);
    expect([status, body.status, body.run_id]).toEqual([202, 'queued', null]);
    const slot = await slotIn(workspace, schedule, 'running');
    expect((await workspace.post(`/schedules/${schedule}/run`)).body.code).toBe('conflict');
    await workspace.post(`/runs/${slot.run_id}/cancel`);
    await slotIn(workspace, schedule, 'cancelled');
    expect((await workspace.get(`/schedules/${schedule}`)).body.run_count).toBe(0);
  });

  it('runs now without agents that the caller does not cover, and at its times with those of its key (R3)', async () => {
    const asks: Round = {
      tool_calls: [{ id: 'call_1', name: 'agent', arguments: { agent: 'bee', message: 'Hi' } }],
    };
    const { workspace, schedule, agent } = await newDue([asks, answer, answer, asks, answer], {
      max_failures: null,
    });
    const { config } = (await workspace.patch(`/agents/${agent}`, { config: { tools: ['agent'] } }))
      .body;
    await workspace.post('/agents', { name: 'Bee', slug: 'bee', config: { model: config.model } });
    const delegation = async () => {
      const slot = await slotIn(workspace, schedule, 'completed');
      const { steps } = (await workspace.get(`/runs/${slot.run_id}`)).body;
      return steps.find(({ name }: { name: string }) => name === 'agent').error;
    };
    const editor = await workspace.withRole('editor', [agent]);
    await tick();
    expect(await delegation()).toBeNull();
    await tick();
    expect((await editor.post(`/schedules/${schedule}/run`)).status).toBe(202);
    await expect.poll(delegation, { timeout: 150_000 }).toBe('Agent bee does not exist.');
  });
});
