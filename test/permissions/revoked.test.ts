import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import type { Workspace } from '../support/api.ts';
import { addText } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import { asks, locate, result, says, tools } from '../support/waiting-script.ts';
import { newSession, readAll } from './ways.ts';
import { filesIn, newWorld, question, streamed, textOf, type World } from './world.ts';

const search = { id: 'call_9', name: 'knowledge_search', arguments: { query: question } };

let world: World;
beforeAll(async () => {
  world = await newWorld();
});

const ask = async (reader: Workspace, session: string) =>
  reader.post(`/sessions/${session}/messages`, { message: question });

const setGroups = async (file: string, groups: readonly string[] | null) => {
  const { status, body } = await world.workspace.patch(`/files/${file}`, { groups });
  expect([status, body.groups]).toEqual([200, groups]);
};

describe('a file that is closed to a reader', () => {
  it('takes the answers that it was used for with it, until it is opened again (R85)', async () => {
    const { workspace, files, agents } = world;
    const reader = await world.as('anna');
    const session = await newSession(reader, agents.scripted);
    const { body: answer } = await ask(reader, session);
    expect(answer.citations.map((one: { file_id: string }) => one.file_id)).toContain(
      files.finance,
    );
    await setGroups(files.finance, ['board']);
    const after = await readAll(reader, session);
    expect(filesIn(after)).not.toContain('finance');
    expect((await reader.get(`/messages/${answer.id}`)).body).toMatchObject({
      ...{ is_withheld: true, text: '', parts: [], citations: [] },
    });
    // A key reads everything, and the next turn neither quotes nor inherits what is withheld.
    expect((await workspace.get(`/messages/${answer.id}`)).body.is_withheld).toBe(false);
    const { body: next } = await ask(reader, session);
    expect(next).toMatchObject({ is_withheld: false });
    const requests = await world.providers[2]?.requests();
    expect(filesIn(JSON.stringify(requests?.at(-1)))).toEqual(['open', 'staff']);
    expect((await reader.get(`/messages/${next.id}`)).body.is_withheld).toBe(false);
    await setGroups(files.finance, ['finance', 'board']);
    expect(filesIn(await readAll(reader, session))).toContain('finance');
  });

  it('closes for a token without the group as well, and for what follows an answer (R85)', async () => {
    const { agents } = world;
    const reader = await world.as('anna');
    const session = await newSession(reader, agents.scripted);
    await ask(reader, session);
    const narrowed = world.workspace.as(await world.token('anna', ['staff']));
    expect(filesIn(await readAll(narrowed, session))).toEqual([]);
    // Written with the former answer in its prompt.
    const { body: second } = await ask(reader, session);
    expect((await narrowed.get(`/messages/${second.id}`)).body.is_withheld).toBe(true);
    const list = await narrowed.get(`/sessions/${session}/messages`);
    expect(list.body.data.map((one: { is_withheld: boolean }) => one.is_withheld)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('takes its answers with it when it is deleted (R85)', async () => {
    const { workspace, base, agents } = world;
    const text = 'The colour of the gate is gatetextmark.';
    const file = await addText(workspace, base, 'gate.md', text, { groups: ['staff'] });
    const reader = await world.as('bob');
    const run = await reader.post(`/agents/${agents.quoting}/runs`, {
      message: 'What is the colour of the gate?',
    });
    expect(run.body.text).toContain('gatetextmark');
    await workspace.delete(`/files/${file.id}`);
    const read = [
      textOf(await reader.get(`/messages/${run.body.id}`)),
      await streamed(reader, 'GET', `/runs/${run.body.run_id}/events`),
    ].join();
    expect(read).not.toContain('gatetextmark');
    expect((await workspace.get(`/messages/${run.body.id}`)).body.text).toContain('gatetextmark');
  });
});

describe('a summary', () => {
  it('is not read while an answer is withheld that it may cover (R85)', async () => {
    const { workspace, files, agents } = world;
    const config = { memory: { window_tokens: 8000, summary: true } };
    expect((await workspace.patch(`/agents/${agents.scripted}`, { config })).status).toBe(200);
    const reader = await world.as('anna');
    const session = await newSession(reader, agents.scripted);
    const { body: answer } = await ask(reader, session);
    await env.DB.prepare('insert into session_summaries values (?, ?, ?, 1, ?, 2, ?, 5, ?, 1)')
      .bind(newId('sum'), workspace.id, session, answer.id, 'The summarymark.', 'm')
      .run();
    const lastPrompt = async () =>
      JSON.stringify((await world.providers[2]?.requests())?.at(-1)).includes('summarymark');
    await ask(reader, session);
    expect(await lastPrompt()).toBe(true);
    await setGroups(files.finance, ['board']);
    await ask(reader, session);
    expect(await lastPrompt()).toBe(false);
    await setGroups(files.finance, ['finance', 'board']);
  });
});

describe('a title that a model has written', () => {
  it('is hidden with the answers that it may be written from (R85)', async () => {
    const { files, agents } = world;
    const reader = await world.as('anna');
    const session = await newSession(reader, agents.scripted);
    await ask(reader, session);
    const write = "update sessions set title = 'T', titled_by = 'model' where id = ?";
    await env.DB.prepare(write).bind(session).run();
    const titles = async (by: Workspace) => [
      (await by.get(`/sessions/${session}`)).body.title,
      (await by.get('/sessions')).body.data.find((one: { id: string }) => one.id === session).title,
      (await by.patch(`/sessions/${session}`, { metadata: {} })).body.title,
    ];
    expect(await titles(reader)).toEqual(['T', 'T', 'T']);
    await setGroups(files.finance, ['board']);
    expect(await titles(reader)).toEqual([null, null, null]);
    expect(await titles(world.workspace)).toEqual(['T', 'T', 'T']);
    await setGroups(files.finance, ['finance', 'board']);
  });
});

describe('a run', () => {
  it('that waits keeps the groups of its caller, and is resumed by a reader of its files only (R85)', async () => {
    const { workspace, base, files } = world;
    const provider = await playScript({ rounds: [asks(locate), asks(search), says] });
    await workspace.put('/providers/groq', {
      base_url: provider.base_url.compatible,
      api_key: provider.api_key,
    });
    const { body: agent } = await workspace.post('/agents', {
      name: 'Waiting',
      config: {
        model: 'groq/scripted',
        tools: ['knowledge_search'],
        knowledge: { base_ids: [base] },
      },
    });
    const tokenOf = (groups: string[]) => world.token('anna', groups, { agent_ids: [agent.id] });
    const wide = workspace.as(await tokenOf(['staff', 'finance']));
    const narrow = workspace.as(await tokenOf(['staff']));
    const session = await newSession(wide, agent.id);
    const sent = await wide.post(`/sessions/${session}/messages`, { message: question, tools });
    expect(sent.body.run.status).toBe('requires_action');
    const run = sent.body.run_id;
    expect((await narrow.get(`/runs/${run}/events`)).status).toBe(403);
    expect((await narrow.get(`/runs/${run}`)).body.required_actions).toBe(null);
    const actions = { actions: [result()] };
    expect((await narrow.post(`/runs/${run}/actions`, actions)).status).toBe(403);
    // The key resumes it, and still reads for its end user.
    const resumed = await workspace.post(`/runs/${run}/actions`, actions);
    expect(resumed.body.run.status).toBe('completed');
    const requests = (await provider.requests()).map((one) => JSON.stringify(one));
    expect(requests.length).toBe(3);
    for (const request of requests) expect(filesIn(request)).not.toContain('nobody');
    expect(filesIn(requests.join())).toContain('finance');
    await setGroups(files.finance, ['board']);
    expect(filesIn(await readAll(wide, session))).not.toContain('finance');
    await setGroups(files.finance, ['finance', 'board']);
  });

  it('of a key in the session of an end user is read by the user only as far as its files (R85)', async () => {
    const { workspace, agents } = world;
    const { body: session } = await workspace.post(`/agents/${agents.scripted}/sessions`, {
      end_user_id: 'bob',
    });
    const { body: answer } = await ask(workspace, session.id);
    expect(filesIn(textOf({ status: 200, body: answer }))).toContain('nobody');
    const reader = await world.as('bob');
    expect(filesIn(await readAll(reader, session.id))).toEqual([]);
    expect((await reader.get(`/sessions/${session.id}`)).status).toBe(200);
  });
});
