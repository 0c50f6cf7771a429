import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { request, rootKey } from '../support/api.ts';
import { openStream, readFrames } from '../support/chat.ts';
import { countAll, countRows } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';
import {
  asks,
  locate,
  newWaitingChat,
  result,
  says,
  type WaitingChat,
} from '../support/waiting.ts';

const silent = { ...asks(locate), text: [] };
const answer = { text: ['Hello.'] };

/** Runs the cron task of every minute. */
const tick = () =>
  runSchedule('* * * * *', env, { waitUntil: () => undefined } as unknown as ExecutionContext);
/** A time after which every run that waits now has expired. */
const overdue = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 });
afterEach(() => void vi.useRealTimers());

const messagesOf = async ({ workspace, session }: WaitingChat) =>
  (await workspace.get(`/sessions/${session}/messages`)).body.data.map(
    ({ role, text }: { role: string; text: string }) => [role, text],
  );
const isFree = async ({ workspace, session }: WaitingChat) =>
  (await workspace.get(`/sessions/${session}`)).body.active_run_id === null;

describe.each([
  ['by the host that has run it', false],
  ['by a host that knows nothing of it', true],
])('a run that waits, %s,', (_name, isCold) => {
  const newChat = async (...given: Parameters<typeof newWaitingChat>) => {
    const chat = await newWaitingChat(...given);
    if (isCold) await abortAllDurableObjects();
    return chat;
  };

  it('is cancelled with its text so far', async () => {
    const chat = await newChat([asks(locate), answer]);
    const { status, body } = await chat.workspace.post(`/runs/${chat.run}/cancel`);
    expect([status, body.status, body.required_actions]).toEqual([200, 'cancelled', null]);
    expect(await messagesOf(chat)).toEqual([
      ['assistant', 'Let me look. '],
      ['user', 'Where am I?'],
    ]);
    expect(await countRows('suspended_runs', chat.workspace.id)).toBe(0);
    const late = await chat.submit([result()]);
    expect([late.status, late.body.run_status]).toEqual([409, 'cancelled']);
    const events = await openStream(chat.workspace, 'GET', `/runs/${chat.run}/events`);
    const types = (await readFrames(events)).map(({ data }) => data.type);
    expect(types.slice(-4)).toEqual(['tool-output-error', 'data-run', 'abort', 'finish']);
    expect((await chat.send({ message: 'Hello?' })).body.text).toBe('Hello.');
  });

  it('is cancelled without any text', async () => {
    const chat = await newChat([silent, answer]);
    expect((await chat.workspace.post(`/runs/${chat.run}/cancel`)).body.status).toBe('cancelled');
    expect(await messagesOf(chat)).toEqual([['user', 'Where am I?']]);
    expect(await isFree(chat)).toBe(true);
  });

  it('expires, with its text so far', async () => {
    const chat = await newChat([asks(locate), answer]);
    await tick();
    expect((await chat.readRun()).status).toBe('requires_action');
    overdue();
    await tick();
    expect(await chat.readRun()).toMatchObject({
      status: 'expired',
      finish_reason: 'expired',
      error: { code: 'run_expired' },
      required_actions: null,
      expires_at: null,
      usage: { input_tokens: 10 },
    });
    expect(await messagesOf(chat)).toEqual([
      ['assistant', 'Let me look. '],
      ['user', 'Where am I?'],
    ]);
    expect([await isFree(chat), await countRows('suspended_runs', chat.workspace.id)]).toEqual([
      true,
      0,
    ]);
    const late = await chat.submit([result()]);
    expect([late.status, late.body.run_status]).toEqual([409, 'expired']);
    expect((await chat.send({ message: 'Hello?' })).body.text).toBe('Hello.');
  });

  it('expires without any text, also when results or a message arrive before the sweep', async () => {
    for (const [act, expected] of [
      [(chat: WaitingChat) => chat.submit([result()]), [409, 'run_expired']],
      [(chat: WaitingChat) => chat.send({ message: 'Hello?' }), [200, undefined]],
    ] as const) {
      const chat = await newChat([silent, answer]);
      overdue();
      const { status, body } = await act(chat);
      expect([status, body.code]).toEqual(expected);
      expect((await chat.readRun()).status).toBe('expired');
      vi.useRealTimers();
    }
  });

  it('refuses another message with its id under the policy `reject`', async () => {
    const chat = await newChat();
    const refused = await chat.send({ message: 'Hello?', on_busy: 'reject' });
    expect([refused.status, refused.body.code, refused.body.run_id]).toEqual([
      409,
      'session_busy',
      chat.run,
    ]);
    expect(refused.body.detail).toContain('/actions');
    expect((await chat.submit([result()])).body.run.status).toBe('completed');
  });

  it('queues another message until its end under the policy `queue`', async () => {
    const chat = await newChat([asks(locate), says, answer]);
    const queued = chat.send({ message: 'Hello?', on_busy: 'queue' });
    expect((await chat.submit([result()])).body.text).toContain('Zurich');
    expect((await queued).body.text).toBe('Hello.');
    expect((await messagesOf(chat)).map(([, text]: string[]) => text)).toEqual([
      'Hello.',
      'Hello?',
      'Let me look.\n\nYou are in Zurich.',
      'Where am I?',
    ]);
  });

  it('is ended by another message under the policy `interrupt`', async () => {
    const chat = await newChat([asks(locate), answer]);
    const { body } = await chat.send({ message: 'Hello?', on_busy: 'interrupt' });
    expect(body.text).toBe('Hello.');
    expect((await chat.readRun()).status).toBe('cancelled');
    expect((await messagesOf(chat)).map(([, text]: string[]) => text)).toEqual([
      'Hello.',
      'Hello?',
      'Let me look. ',
      'Where am I?',
    ]);
  });

  it('is erased with its session', async () => {
    const chat = await newChat();
    expect((await chat.workspace.delete(`/sessions/${chat.session}`)).status).toBe(204);
    expect((await chat.submit([result()])).status).toBe(404);
    expect(await countRows('suspended_runs', chat.workspace.id)).toBe(0);
    expect(await countRows('runs', chat.workspace.id)).toBe(0);
  });

  it('is erased with its agent and its workspace', async () => {
    const chat = await newChat();
    await chat.workspace.delete(`/agents/${chat.agent}`);
    await chat.workspace.delete(`/agents/${chat.agent}?permanent=true`);
    await vi.waitUntil(async () => (await countRows('suspended_runs', chat.workspace.id)) === 0, {
      timeout: 150_000,
    });
    expect((await chat.submit([result()])).status).toBe(404);
    const other = await newChat();
    await request('DELETE', `/api/v1/workspaces/${other.workspace.id}`, rootKey);
    await vi.waitUntil(async () => (await countAll(other.workspace.id)).suspended_runs === 0, {
      timeout: 150_000,
    });
  });

  it('stays waiting while its session or agent is archived', async () => {
    const chat = await newChat();
    const { workspace, session, agent } = chat;
    await workspace.patch(`/sessions/${session}`, { archived: true });
    const closed = await chat.submit([result()]);
    expect([closed.status, closed.body.code]).toEqual([409, 'session_closed']);
    await workspace.patch(`/sessions/${session}`, { archived: false });
    await workspace.delete(`/agents/${agent}`);
    const archived = await chat.submit([result()]);
    expect([archived.status, archived.body.code]).toEqual([409, 'agent_archived']);
    expect((await chat.readRun()).status).toBe('requires_action');
    await workspace.post(`/agents/${agent}/restore`);
    expect((await chat.submit([result()])).body.run.status).toBe('completed');
  });

  it('keeps its version when another becomes active', async () => {
    const config = { instructions: 'The first.' };
    const chat = await newChat([asks(locate), says], { config });
    const { version_id } = await chat.readRun();
    await chat.workspace.patch(`/agents/${chat.agent}`, {
      config: { instructions: 'The second.' },
    });
    const { body } = await chat.submit([result()]);
    expect(body.run).toMatchObject({ status: 'completed', version_id });
    const [, second] = await chat.provider.requests();
    expect(JSON.stringify(second?.body)).toContain('The first.');
    expect(JSON.stringify(second?.body)).not.toContain('The second.');
  });
});

describe('a run that waits', () => {
  it('expires no later than its session', async () => {
    const chat = await newWaitingChat(undefined, { session: { expires_in_s: 3600 } });
    const { expires_at } = (await chat.workspace.get(`/sessions/${chat.session}`)).body;
    expect((await chat.readRun()).expires_at).toBe(expires_at);
  });

  it('ends as interrupted, with its text so far, when its host dies after the resume', async () => {
    const rounds = [
      asks(locate),
      { ...says, fault: { kind: 'stall' as const, events: 2 } },
      answer,
    ];
    const chat = await newWaitingChat(rounds);
    const stream = await openStream(chat.workspace, 'POST', `/runs/${chat.run}/actions`, {
      json: { actions: [result()] },
    });
    await readFrames(stream, (frames) => frames.some(({ data }) => data.type === 'text-delta'));
    await abortAllDurableObjects();
    await env.DB.prepare('update runs set lease_until = 1 where id = ?').bind(chat.run).run();
    await tick();
    const run = await chat.readRun();
    expect(run).toMatchObject({ status: 'interrupted', required_actions: null });
    const [[role, text]] = await messagesOf(chat);
    expect([role, text.startsWith('Let me look.')]).toEqual(['assistant', true]);
    expect(run.latency_ms + run.waited_ms).toBe(
      Date.parse(run.ended_at) - Date.parse(run.created_at),
    );
    expect(await countRows('suspended_runs', chat.workspace.id)).toBe(0);
    const again = await chat.submit([result()]);
    expect([again.status, again.body.code]).toEqual([503, 'run_interrupted']);
  });
});
