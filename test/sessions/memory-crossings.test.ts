import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { memoryJobs } from '../../src/sessions/index.ts';
import { contextOf } from '../llm/support.ts';
import { atRest } from '../support/resources.ts';
import { countRows } from '../support/rows.ts';
import { finds, newTrial, patience, textsOf, untilKnown } from './memory-support.ts';

/** Time in which something else can happen during a search. */
const slowHeaders = { kind: 'slow-headers', ms: 1500 } as const;

describe('a fork', () => {
  it('brings back no fact that was forgotten, since its copies were searched already', async () => {
    const trial = await newTrial();
    const { workspace } = trial;
    const session = await trial.open('ada');
    const { id } = await trial.send(session, 'My name is Ada.');
    await untilKnown(trial, 'ada', 'My name is Ada.');
    await workspace.delete('/end-users/ada/memories');
    const fork = await workspace.post(`/sessions/${session}/fork`, { message_id: id });
    expect(fork.status, JSON.stringify(fork.body)).toBe(201);
    await trial.send(fork.body.id, 'I live in Bern.');
    await vi.waitUntil(async () => (await textsOf(trial, 'ada')).length > 0, patience);
    expect(await textsOf(trial, 'ada')).toEqual(['I live in Bern.']);
  });
});

describe('messages from before', () => {
  it('are not searched when a later version remembers', async () => {
    const trial = await newTrial(null, { remember: false });
    const { workspace, agent } = trial;
    const session = await trial.open('ada');
    await trial.send(session, 'My name is Ada.');
    await workspace.patch(`/agents/${agent}`, { config: { memory: { remember: true } } });
    await trial.send(session, 'I live in Bern.');
    await vi.waitUntil(async () => (await textsOf(trial, 'ada')).length > 0, patience);
    expect(await textsOf(trial, 'ada')).toEqual(['I live in Bern.']);
  });

  it('are not searched where a draft of the agent has answered', async () => {
    const trial = await newTrial();
    const session = await trial.open('ada');
    const { run } = await trial.send(session, 'My name is Ada.');
    await untilKnown(trial, 'ada', 'My name is Ada.');
    await atRest(trial.workspace.id);
    await env.DB.batch([
      env.DB.prepare('update runs set is_preview = 1 where id = ?').bind(run.id),
      env.DB.prepare('delete from memory_cursors where session_id = ?').bind(session),
      env.DB.prepare('delete from memories where session_id = ?').bind(session),
    ]);
    await trial.send(session, 'I live in Bern.');
    await vi.waitUntil(async () => (await textsOf(trial, 'ada')).length > 0, patience);
    expect(await textsOf(trial, 'ada')).toEqual(['I live in Bern.']);
  });

  it('are not searched while content logging was off', async () => {
    const trial = await newTrial();
    const { workspace } = trial;
    const session = await trial.open('ada');
    await workspace.patch('/workspace', { content_logging: false });
    await trial.send(session, 'My name is Ada.');
    await workspace.patch('/workspace', { content_logging: true });
    await trial.send(session, 'I live in Bern.');
    await vi.waitUntil(async () => (await textsOf(trial, 'ada')).length > 0, patience);
    expect(await textsOf(trial, 'ada')).toEqual(['I live in Bern.']);
  });
});

describe('a fact that was written with the API', () => {
  it('is replaced by nothing that a search finds, and keeps its text and origin when it is confirmed', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const path = '/end-users/ada/memories';
    const written = await workspace.post(path, { agent_id: agent, text: 'I live in Bern.' });
    const session = await trial.open('ada');
    await trial.send(session, 'I live in Bern.');
    await atRest(workspace.id);
    expect((await trial.known('ada'))[0]).toMatchObject({
      ...{ id: written.body.id, origin: 'api', source: null, superseded_at: null },
    });
    await trial.send(session, 'I live in Basel.');
    await untilKnown(trial, 'ada', 'I live in Basel.', 'I live in Bern.');
    expect((await trial.known('ada'))[0].supersedes).toBeNull();
  });
});

describe('forgetting everything', () => {
  it('wins over a job that has not searched yet', async () => {
    const trial = await newTrial();
    const { workspace } = trial;
    const session = await trial.open('ada');
    const { run } = await trial.send(session, 'My name is Ada.');
    await untilKnown(trial, 'ada', 'My name is Ada.');
    await atRest(workspace.id);
    // As if the message had not been searched yet.
    await env.DB.prepare('delete from memory_cursors where session_id = ?').bind(session).run();
    await workspace.delete('/end-users/ada/memories');
    const job = { type: 'session.remember', session_id: session, run_id: run.id, seq: 1 } as const;
    await memoryJobs['session.remember'].run(contextOf(workspace), job);
    expect(await countRows('memories', workspace.id)).toBe(0);
  });

  it('of one agent, or by a key with sessions of its own, leaves the others to be searched', async () => {
    const trial = await newTrial();
    const { workspace, agent } = trial;
    const runtime = await workspace.withRole('runtime');
    const other = (await workspace.post('/agents', { name: 'B' })).body.id;
    const session = await trial.open('ada');
    await trial.send(session, 'What is the time?');
    await runtime.delete('/end-users/ada/memories');
    await workspace.delete(`/end-users/ada/memories?agent_id=${other}`);
    expect(await countRows('memory_cursors', workspace.id)).toBe(0);
    await workspace.delete(`/end-users/ada/memories?agent_id=${agent}`);
    expect(await countRows('memory_cursors', workspace.id)).toBe(1);
    await trial.send(session, 'My name is Ada.');
    await untilKnown(trial, 'ada', 'My name is Ada.');
  });

  it('wins over a job that is searching, as does deleting the session', async () => {
    const slow = { ...finds({ fact: 'The user is Ada.' }), fault: slowHeaders };
    const trial = await newTrial([slow, slow]);
    const { workspace, extractor } = trial;
    const searching = async (searches: number) => {
      const session = await trial.open('ada');
      await trial.send(session, 'It is Ada here.');
      await vi.waitUntil(async () => (await extractor?.requests())?.length === searches, patience);
      return session;
    };
    await searching(1);
    await workspace.delete('/end-users/ada/memories');
    await atRest(workspace.id);
    expect(await countRows('memories', workspace.id)).toBe(0);
    await workspace.delete(`/sessions/${await searching(2)}`);
    await atRest(workspace.id);
    expect(await countRows('memories', workspace.id)).toBe(0);
  });
});
