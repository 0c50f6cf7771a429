import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { memoryJobs } from '../../src/sessions/index.ts';
import { contextOf } from '../llm/support.ts';
import { atRest } from '../support/resources.ts';
import { countRows } from '../support/rows.ts';
import { finds, newTrial, patience, textsOf, untilKnown } from './memory-support.ts';

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

  it('wins over a job that is searching', async () => {
    const slow = { kind: 'slow-headers', ms: 1500 } as const;
    const trial = await newTrial([{ ...finds({ fact: 'The user is Ada.' }), fault: slow }]);
    await trial.send(await trial.open('ada'), 'It is Ada here.');
    await vi.waitUntil(async () => (await trial.extractor?.requests())?.length === 1, patience);
    await trial.workspace.delete('/end-users/ada/memories');
    await atRest(trial.workspace.id);
    expect(await countRows('memories', trial.workspace.id)).toBe(0);
  });
});
