import { describe, expect, it } from 'vitest';
import { failureOf, says, scene } from '../protocols/openai/support.ts';
import { newChat } from '../support/chat.ts';

const once = { rounds: [{ text: ['Here.'] }], repeat: true };
const city = { type: 'text', name: 'city', label: 'Your city', required: true };

describe('inputs of a session', () => {
  it('that are required must not be empty', async () => {
    const { workspace, agent } = await newChat(once, { config: { inputs: [city] } });
    for (const value of ['', '  ']) {
      const { status, body } = await workspace.post(`/agents/${agent}/sessions`, {
        inputs: { city: value },
      });
      expect([status, body.errors]).toEqual([
        422,
        [{ pointer: '/inputs/city', detail: 'Your city is required.' }],
      ]);
    }
  });

  it('that have become required must be set, unless they have a default', async () => {
    const { workspace, agent, session, send } = await newChat(once);
    expect((await send({ message: 'Hello?' })).status).toBe(200);
    const { data: before } = (await workspace.get(`/sessions/${session}/messages`)).body;
    const shape = { ...city, name: 'shape', default: 'round' };
    await workspace.patch(`/agents/${agent}`, {
      config: { instructions: 'In {{city}}, {{shape}}.', inputs: [city, shape] },
    });
    const refused = await send({ message: 'Hello?' });
    expect([refused.status, refused.body.code]).toEqual([422, 'validation_failed']);
    expect(refused.body.detail).toContain('`city`');
    expect(refused.body.detail).not.toContain('shape');
    const answer = before.find(({ role }: { role: string }) => role === 'assistant').id;
    expect((await workspace.post(`/messages/${answer}/regenerate`)).status).toBe(422);
    expect(
      (await workspace.get(`/sessions/${session}/messages`)).body.data,
      'are not stored when invalid',
    ).toEqual(before);
    await workspace.patch(`/sessions/${session}`, { inputs: { city: 'Bern' } });
    expect((await send({ message: 'Hello?' })).body.text).toBe('Here.');
  });
});

describe('inputs for clients of OpenAI', () => {
  const inputs = [
    city,
    { type: 'number', name: 'age', label: 'Age', required: true },
    { type: 'boolean', name: 'vip', label: 'VIP' },
  ];
  const config = { instructions: '{{city}}/{{age}}/{{vip}}', inputs };
  const messages = [{ role: 'user' as const, content: 'Hello?' }];

  it('are read from metadata with their names', async () => {
    const { client, model, scripted } = await scene(
      { rounds: [says('Hi.')], repeat: true },
      config,
    );
    const metadata = { city: 'Bern', age: '42', vip: 'true', team: 'a' };
    await client.chat.completions.create({ model, messages, metadata });
    const first = await client.responses.create({ model, input: 'Hello?', metadata });
    await client.responses.create({ model, input: 'And now?', previous_response_id: first.id });
    const asked = (await scripted.requests()).map(({ body }) => JSON.stringify(body));
    expect(asked.map((body) => body.includes('Bern/42/true'))).toEqual([true, true, true]);
  });

  it('are named in the error when missing or invalid', async () => {
    const { client, model } = await scene({ rounds: [says('Hi.')] }, config);
    const missing = await failureOf(client.chat.completions.create({ model, messages }));
    expect([missing.status, missing.param]).toEqual([400, 'metadata.city']);
    expect(missing.message).toContain('Your city is required.');
    const wrong = await failureOf(
      client.responses.create({ model, input: 'Hello?', metadata: { city: 'Bern', age: 'old' } }),
    );
    expect([wrong.status, wrong.param]).toEqual([400, 'metadata.age']);
  });
});

describe('blank text', () => {
  it('is rejected as a message', async () => {
    const { workspace, agent, send } = await newChat(once);
    expect((await send({ parts: [{ type: 'text', text: ' \n' }] })).status).toBe(422);
    expect(
      (await workspace.post(`/agents/${agent}/runs`, { parts: [{ type: 'text', text: ' ' }] }))
        .status,
    ).toBe(422);
    const { client, model } = await scene({ rounds: [says('Hi.')] });
    for (const content of ['', ' ', [{ type: 'text' as const, text: '' }]]) {
      const { status } = await failureOf(
        client.chat.completions.create({ model, messages: [{ role: 'user', content }] }),
      );
      expect(status).toBe(400);
    }
    expect((await failureOf(client.responses.create({ model, input: ' ' }))).status).toBe(400);
  });
});
