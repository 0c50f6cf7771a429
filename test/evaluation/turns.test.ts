import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request, type Workspace } from '../support/api.ts';
import { newAgent, newDataset, newTurn } from './support.ts';

const openAi = (workspace: Workspace, path: string, json: object) =>
  request('POST', `/v1/${path}`, workspace.key, { json });

const countCases = async (dataset: string) =>
  (
    await env.DB.prepare('select count(*) as n from dataset_cases where dataset_id = ?')
      .bind(dataset)
      .first<{ n: number }>()
  )?.n;

describe('cases from turns', () => {
  it('keeps question, conversation, answer and ids of a turn, and takes other expectations', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const dataset = await newDataset(workspace);
    const first = await newTurn(workspace, agent, 'Do you sell coffee?');
    const { body: second } = await workspace.post(`/sessions/${first.session}/messages`, {
      message: 'And tea?',
    });
    const path = `/messages/${second.id}/cases`;
    const { status, body } = await workspace.post(path, { dataset, tags: ['tea'] });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({
      input: 'And tea?',
      conversation: [
        { role: 'user', text: 'Do you sell coffee?' },
        { role: 'assistant', text: first.text },
      ],
      expected: { answer: second.text },
      tags: ['tea'],
      source: {
        agent_id: agent,
        session_id: first.session,
        message_id: second.id,
        omitted_messages: 0,
      },
    });
    const other = {
      dataset,
      conversation: false,
      expected: { answer: null, facts: ['Tea is sold.'] },
    };
    expect((await workspace.post(path, other)).body).toMatchObject({
      conversation: [],
      expected: { facts: ['Tea is sold.'] },
    });
    expect((await workspace.post(path, other)).body.code).toBe('conflict');
    expect(
      (await workspace.post(`/messages/${second.parent_id}/cases`, { dataset })).body.code,
    ).toBe('conflict');

    const viewer = await workspace.withRole('viewer');
    const seen = (await viewer.get(`/datasets/${dataset}/cases`)).body.data;
    expect(seen[0]).toMatchObject({ input: '', expected: {}, is_withheld: true, tags: ['tea'] });
    expect((await viewer.get(`/datasets/${dataset}/cases?q=tea`)).body.data).toEqual([]);
  });

  it('refuses turns of agents that the key or the dataset does not cover (R2)', async () => {
    const workspace = await newWorkspace();
    const [mine, other] = [await newAgent(workspace), await newAgent(workspace)];
    const turn = await newTurn(workspace, other);
    const dataset = await newDataset(workspace, { agent_id: mine });
    const path = `/messages/${turn.message}/cases`;
    expect((await workspace.post(path, { dataset })).body.code).toBe('conflict');
    const limited = await workspace.withRole('editor', [mine]);
    expect((await limited.post(path, { dataset })).status).toBe(404);
    const stranger = await newWorkspace();
    const theirs = await newDataset(stranger);
    expect((await stranger.post(path, { dataset: theirs })).status).toBe(404);
    expect((await workspace.post(path, { dataset: theirs })).status).toBe(404);
  });

  it('erases cases from all revisions with the session, the turn or the run that they were made from (R77)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const dataset = await newDataset(workspace);
    const add = async (message: string) =>
      (await workspace.post(`/messages/${message}/cases`, { dataset })).body.id as string;
    await workspace.post(`/datasets/${dataset}/cases`, { data: [{ input: 'By hand?' }] });

    const canary = await newTurn(workspace, agent, 'My name is Canary.');
    const id = await add(canary.message);
    await workspace.patch(`/datasets/${dataset}/cases/${id}`, { tags: ['changed'] });
    expect(await countCases(dataset)).toBe(3);
    const kept = await env.DB.prepare('select * from dataset_cases where id = ?').bind(id).first();
    await workspace.delete(`/sessions/${canary.session}`);
    expect(await countCases(dataset)).toBe(1);
    // Nor can a request that has read the turn before store a case of it.
    const again = env.DB.prepare(
      `insert into dataset_cases (${Object.keys(kept ?? {})}) select ${Object.keys(kept ?? {}).map((name) => `value ->> '${name}'`)} from json_each(?)`,
    ).bind(JSON.stringify([kept]));
    await expect(again.run()).rejects.toThrow('case_of_erased_turn');
    expect((await workspace.get(`/datasets/${dataset}`)).body).toMatchObject({
      ...{ case_count: 1, erased_count: 1 },
    });
    expect((await workspace.get(`/datasets/${dataset}/cases/${id}?revision=3`)).status).toBe(404);

    const { body: conversation } = await openAi(workspace, 'conversations', {});
    const ask = async (input: string, rest: object = {}) => {
      const { body } = await openAi(workspace, 'responses', { model: agent, input, ...rest });
      return { response: body.id as string, message: body.output[0].id as string };
    };
    const within = { conversation: conversation.id };
    const first = await ask('I am Ada. Do you sell coffee?', within);
    const second = await ask('And tea?', within);
    expect(await add(second.message)).toMatch(/^case_/);
    const short = { dataset, conversation: false };
    expect((await workspace.post(`/messages/${second.message}/cases`, short)).status).toBe(201);
    // The second case does not hold the first turn.
    expect((await request('DELETE', `/v1/responses/${first.response}`, workspace.key)).status).toBe(
      200,
    );
    expect((await workspace.get(`/datasets/${dataset}`)).body).toMatchObject({
      ...{ case_count: 2, erased_count: 2 },
    });

    const once = await ask('Once?');
    expect(await add(once.message)).toMatch(/^case_/);
    expect((await workspace.get(`/datasets/${dataset}`)).body.case_count).toBe(3);
    expect((await request('DELETE', `/v1/responses/${once.response}`, workspace.key)).status).toBe(
      200,
    );
    expect((await workspace.get(`/datasets/${dataset}`)).body).toMatchObject({
      ...{ case_count: 2, erased_count: 3 },
    });
  });
});
