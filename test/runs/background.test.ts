import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { request, type Workspace } from '../support/api.ts';
import { newChat, openStream, readFrames, textOf } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';

const answer: Round = {
  text: ['one ', 'two ', 'three'],
  usage: { input_tokens: 10, output_tokens: 3 },
};
const slowly: Round = { ...answer, fault: { kind: 'drip', bytes: 100, ms: 30 } };
const stalls: Round = { ...answer, fault: { kind: 'stall', events: 2 } };

const ended = (workspace: Workspace, run: string) =>
  vi.waitUntil(
    async () => {
      const { body } = await workspace.get(`/runs/${run}`);
      return body.ended_at === null ? undefined : body;
    },
    { timeout: 150_000, interval: 30 },
  );

const background = { message: 'Count.', background: true };

it('returns a run in the background at once, which is polled and streamed', async () => {
  const { workspace, agent } = await newChat({ rounds: [slowly] });
  const { status, body } = await workspace.post(`/agents/${agent}/runs`, background);
  expect([status, body.status, body.agent_id, body.session_id]).toEqual([
    202,
    'running',
    agent,
    null,
  ]);
  const live = await openStream(workspace, 'GET', `/runs/${body.id}/events`);
  expect(textOf(await readFrames(live))).toBe('one two three');
  expect(await ended(workspace, body.id)).toMatchObject({ status: 'completed' });
});

it('starts a run in the background once for its idempotency key', async () => {
  const { workspace, agent, provider } = await newChat({ rounds: [answer, answer] });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const send = () => workspace.post(`/agents/${agent}/runs`, background, { headers });
  const answers = await Promise.all([send(), send(), send()]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  const ids = new Set(answers.map(({ body }) => body.id));
  expect(ids.size).toBe(1);
  const replays = answers.filter(({ headers: sent }) => sent.get('idempotent-replayed') === 'true');
  expect(replays).toHaveLength(2);
  await ended(workspace, answers[0].body.id);
  const later = await send();
  expect([later.status, later.body.status]).toEqual([202, 'completed']);
  expect(await provider.requests()).toHaveLength(1);
});

it('cancels a run in the background, and keeps its text so far', async () => {
  const { workspace, agent } = await newChat({ rounds: [stalls] });
  const { body } = await workspace.post(`/agents/${agent}/runs`, background);
  const cancelled = await workspace.post(`/runs/${body.id}/cancel`);
  expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled']);
});

it('closes a run in the background whose host dies, and starts another for its key', async () => {
  const { workspace, agent, provider } = await newChat({ rounds: [stalls, answer] });
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const send = () => workspace.post(`/agents/${agent}/runs`, background, { headers });
  const { body } = await send();
  const hasCalled = async () => (await provider.requests()).length === 1;
  await vi.waitUntil(hasCalled, { timeout: 150_000 });
  await abortAllDurableObjects();
  // Attaching closes it, as the sweep of lost runs does once its lease is over.
  await readFrames(await openStream(workspace, 'GET', `/runs/${body.id}/events`));
  expect(await ended(workspace, body.id)).toMatchObject({
    status: 'interrupted',
    error: { code: 'run_interrupted' },
  });
  const again = await send();
  expect([again.status, again.body.id === body.id]).toEqual([202, false]);
  expect(await ended(workspace, again.body.id)).toMatchObject({ status: 'completed' });
});

it('sends an event when a run in the background ends', async () => {
  const { workspace, agent } = await newChat({ rounds: [answer] });
  const hook = { url: 'https://hooks.example.com/a', event_types: ['run.*'] };
  expect((await workspace.post('/webhooks', hook)).status).toBe(201);
  const { body } = await workspace.post(`/agents/${agent}/runs`, background);
  await ended(workspace, body.id);
  const queued = await env.DB.prepare('select type from webhook_event_queue where subject_id = ?')
    .bind(body.id)
    .all();
  expect(queued.results).toEqual([{ type: 'run.completed' }]);
});

it('refuses a request for the background before it starts, and one that also streams', async () => {
  const { workspace, agent } = await newChat({ rounds: [answer] });
  const path = `/agents/${agent}/runs`;
  const both = await workspace.post(path, { ...background, stream: true });
  expect([both.status, both.body.errors[0].pointer]).toEqual([422, '/stream']);
  const version = await workspace.post(path, { ...background, version: 9 });
  expect([version.status, version.body.errors[0].pointer]).toEqual([422, '/version']);
  await workspace.delete(`/agents/${agent}`);
  expect((await workspace.post(path, background)).body.code).toBe('agent_archived');
  const viewer = await workspace.withRole('viewer');
  expect((await viewer.post(path, background)).status).toBe(403);
  expect((await request('POST', `/api/v1${path}`, null, { json: background })).status).toBe(401);
});
