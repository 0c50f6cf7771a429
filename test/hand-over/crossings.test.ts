import { describe, expect, it } from 'vitest';
import { request } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import { call, fillPath, operations } from '../support/document.ts';
import { seed, validOptions } from '../support/resources.ts';
import { newShareLink } from '../support/share-links.ts';
import { asks, locate, result, tools } from '../support/waiting-script.ts';

const says = (text: string) => ({
  text: [text],
  usage: { input_tokens: 10, output_tokens: 3 },
});

describe('a message of a person', () => {
  it('is accepted or refused by every operation on messages and sessions (R25)', async () => {
    const own = await seed('Person', ['session', 'message', 'run', 'agent']);
    const { workspace, values } = own;
    const { session } = values;
    await workspace.post(`/sessions/${session}/hand-over`, {});
    const question = await workspace.post(`/sessions/${session}/messages`, { message: 'Hello?' });
    expect(question.body.run_id).toBeNull();
    const reply = await workspace.post(`/sessions/${session}/replies`, { text: 'Yes.' });
    expect(reply.status).toBe(201);
    const on = operations
      .filter(({ path }) => /\{(?:message|session)\}/.test(path))
      .toSorted((one, two) => Number(one.method === 'DELETE') - Number(two.method === 'DELETE'));
    expect(on.length).toBeGreaterThan(20);
    for (const message of [question.body.id, reply.body.id])
      for (const operation of on.filter(({ path }) => path.includes('{message}'))) {
        const at = { ...values, message };
        const options = validOptions(operation, at);
        const { status } = await call(operation, fillPath(operation, at), workspace.key, options);
        expect(status, operation.name).toBeLessThan(500);
      }
    for (const operation of on.filter(({ path }) => path.includes('{session}')))
      expect(
        (
          await call(
            operation,
            fillPath(operation, values),
            workspace.key,
            validOptions(operation, values),
          )
        ).status,
        operation.name,
      ).toBeLessThan(500);
  });

  it('is listed among the items of a conversation, which the agent does not continue', async () => {
    const { workspace, agent } = await newChat({ rounds: [says('Hello.'), says('Back.')] });
    const post = (path: string, json: object) =>
      request('POST', `/v1${path}`, workspace.key, { json });
    const conversation = (await post('/conversations', {})).body.id;
    const ask = (input: string) => post('/responses', { model: agent, conversation, input });
    expect((await ask('Hi')).status).toBe(200);
    const session = conversation.replace('conv_', 'ses_');
    await workspace.post(`/sessions/${session}/hand-over`, {});
    const left = await ask('Anybody?');
    expect([left.status, left.body.error?.code]).toEqual([409, 'session_handed_over']);
    await workspace.post(`/sessions/${session}/replies`, { text: 'A person.' });
    const { body } = await request(
      'GET',
      `/v1/conversations/${conversation}/items?order=asc`,
      workspace.key,
    );
    const texts = body.data.map((item: { content: { text: string }[] }) => item.content[0]?.text);
    expect(texts).toEqual(['Hi', 'Hello.', 'Anybody?', 'A person.']);
    await workspace.post(`/sessions/${session}/hand-back`, {});
    expect((await ask('Thanks')).status).toBe(200);
  });

  it('ends a run that waits, whose actions are then refused', async () => {
    const chat = await newChat({ rounds: [asks(locate), says('Back.')] });
    const { workspace, session } = chat;
    const waiting = await chat.send({ message: 'Where am I?', tools });
    expect(waiting.body.run?.status, JSON.stringify(waiting.body)).toBe('requires_action');
    const run = waiting.body.run_id;
    await workspace.post(`/sessions/${session}/hand-over`, {});
    expect((await workspace.get(`/runs/${run}`)).body.status).toBe('cancelled');
    const late = await workspace.post(`/runs/${run}/actions`, { actions: [result()] });
    expect(late.status, JSON.stringify(late.body)).toBe(409);
    const left = await chat.send({ message: 'Anybody?' });
    expect([left.status, left.body.run_id]).toEqual([200, null]);
    await workspace.post(`/sessions/${session}/hand-back`, {});
    expect((await chat.send({ message: 'Thanks' })).body.text).toBe('Back.');
  });
});

describe('the figures of share links', () => {
  it('are those of usage, analytics and budgets of the key of the link', async () => {
    const shared = await newShareLink({}, { rounds: [says('Hello.')], repeat: true });
    const { workspace, link } = shared;
    const overrides = [{ model: 'openai-compatible/scripted', input: 1, output: 1 }];
    await workspace.put('/prices', { overrides });
    const { as, session } = await shared.visit();
    await as.post(`/sessions/${session}/messages`, { message: 'Hi' });
    const usage = (await workspace.get('/usage')).body;
    expect(usage.data[0]).toMatchObject({ api_key_id: link, cost_usd: expect.any(Number) });
    const { statistics } = (await workspace.get(`/share-links/${link}`)).body;
    expect(statistics.cost_usd).toBe(usage.data[0].cost_usd);
    expect(statistics.cost_usd).toBeGreaterThan(0);
  });
});
