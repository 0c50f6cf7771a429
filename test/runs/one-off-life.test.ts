import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { request } from '../support/api.ts';
import { newChat, openStream, readFrames, runOf, textOf } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { countAll } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';

const answer: Round = {
  text: ['one ', 'two ', 'three'],
  usage: { input_tokens: 10, output_tokens: 3 },
};
const words = Array.from({ length: 60 }, (_, index) => `w${index} `);
const long: Round = { text: words, fault: { kind: 'drip', bytes: 300, ms: 100 } };

const tick = () =>
  runSchedule('7 * * * *', env, { waitUntil: () => undefined } as unknown as ExecutionContext);

describe('the content of a one-off run', () => {
  it('can be read by the ids of its messages, by callers who may see the run', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer] });
    const runtime = await workspace.withRole('runtime');
    const { body } = await runtime.post(`/agents/${agent}/runs`, { message: 'Hello?' });
    const { body: read } = await runtime.get(`/messages/${body.id}`);
    expect(read).toMatchObject({
      ...{ id: body.id, session_id: null, role: 'assistant', text: 'one two three', seq: 2 },
      siblings: { position: 1, count: 1, previous_id: null, next_id: null },
    });
    const { body: question } = await runtime.get(`/messages/${read.parent_id}`);
    expect(question).toMatchObject({ role: 'user', text: 'Hello?', run: null, parent_id: null });
    const other = await workspace.withRole('runtime');
    for (const id of [body.id, read.parent_id])
      expect((await other.get(`/messages/${id}`)).status).toBe(404);
    expect((await other.put(`/messages/${body.id}/feedback`, { rating: 'up' })).status).toBe(404);
    expect((await other.get('/runs')).body.data).toEqual([]);
    expect((await runtime.get('/runs')).body.data).toHaveLength(1);
    expect((await workspace.get(`/messages/${body.id}/feedback`)).status).not.toBe(200);
    const asked = await workspace.put(`/messages/${read.parent_id}/feedback`, { rating: 'up' });
    expect(asked.status).toBe(409);
  });

  it('has the end user of the request in lists, and no session', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer], repeat: true });
    for (const end_user_id of ['ada', 'bob'])
      await workspace.post(`/agents/${agent}/runs`, { message: 'Hello?', end_user_id });
    const { body } = await workspace.get('/runs?end_user_id=ada');
    expect(body.data).toMatchObject([{ end_user_id: 'ada', session_id: null }]);
    const { sessions, messages, run_contents } = await countAll(workspace.id);
    expect([sessions, messages, run_contents]).toEqual([1, 0, 2]);
  });

  it('is erased with its agent, files included', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer] });
    const { body: made } = await workspace.get(`/agents/${agent}`);
    const data = btoa('Descale after 200 cups.');
    const file = { filename: 'manual.txt', file_data: `data:text/plain;base64,${data}` };
    const { status } = await request('POST', '/v1/chat/completions', workspace.key, {
      json: {
        model: made.slug,
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'How often?' },
              { type: 'file', file },
            ],
          },
        ],
      },
    });
    expect(status).toBe(200);
    const { run_files, attachments } = await countAll(workspace.id);
    expect([run_files, attachments]).toEqual([1, 0]);
    const bytes = () =>
      env.DB.prepare("select used from quotas where workspace_id = ? and resource = 'bytes'")
        .bind(workspace.id)
        .first<number>('used');
    expect(await bytes()).toBe('Descale after 200 cups.'.length);
    await env.DB.prepare('update run_contents set expires_at = 0 where workspace_id = ?')
      .bind(workspace.id)
      .run();
    await tick();
    const left = await countAll(workspace.id);
    expect([left.run_files, left.run_contents, left.runs, left.run_steps]).toEqual([0, 0, 0, 0]);
    expect(await bytes()).toBe(0);
  });
});

describe('a one-off run whose host dies', () => {
  it('is interrupted with its text so far, and can be started again by its key', async () => {
    const { workspace, agent } = await newChat({ rounds: [long, answer] });
    const path = `/agents/${agent}/runs`;
    const headers = { 'idempotency-key': 'one' };
    const response = await openStream(workspace, 'POST', path, {
      json: { message: 'Hello?' },
      headers,
    });
    const run = runOf(await readFrames(response, (seen) => textOf(seen).includes('w25')));
    await abortAllDurableObjects();
    const told = await readFrames(await openStream(workspace, 'GET', `/runs/${run}/events`));
    expect(textOf(told)).toContain('w5 ');
    expect((await workspace.get(`/runs/${run}`)).body).toMatchObject({
      ...{ status: 'interrupted', session_id: null },
      error: { code: 'run_interrupted' },
    });
    const { results } = await env.DB.prepare(
      'select session_id, status, is_estimated from usage where run_id = ?',
    )
      .bind(run)
      .all();
    expect(results).toEqual([{ session_id: null, status: 'aborted', is_estimated: 1 }]);
    const again = await workspace.post(path, { message: 'Hello?' }, { headers });
    expect([again.status, again.body.text]).toEqual([200, 'one two three']);
    expect(again.body.run_id).not.toBe(run);
    expect((await workspace.post(path, { message: 'Hello?' }, { headers })).body).toEqual(
      again.body,
    );
  });
});

describe('events stored under their former names', () => {
  it('are replayed like others', async () => {
    const { workspace, agent } = await newChat({ rounds: [answer] });
    const { body } = await workspace.post(`/agents/${agent}/runs`, { message: 'Hello?' });
    const replay = async () =>
      readFrames(await openStream(workspace, 'GET', `/runs/${body.run_id}/events`));
    const whole = await replay();
    const stored = env.DB.prepare('select events from runs where id = ?').bind(body.run_id);
    const events = JSON.parse((await stored.first<string>('events')) ?? '[]');
    const former: Record<string, string> = { start: 'started', 'start-step': 'round' };
    const old = events.map((event: string | { type: string }) =>
      typeof event === 'string' ? event : { ...event, type: former[event.type] ?? event.type },
    );
    expect(old).not.toEqual(events);
    await env.DB.prepare('update runs set events = ? where id = ?')
      .bind(JSON.stringify(old), body.run_id)
      .run();
    expect(await replay()).toEqual(whole);
  });
});
