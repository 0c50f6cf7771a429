import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { request } from '../../support/api.ts';
import { countRows } from '../../support/rows.ts';
import { failureOf, says, scene, usage, weather } from './support.ts';

type Event = OpenAI.Responses.ResponseStreamEvent;

async function eventsOf(stream: AsyncIterable<Event>): Promise<Event[]> {
  const events: Event[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const tools = [{ type: 'function' as const, ...weather, strict: true }];

describe('responses with the openai client', () => {
  it('are created and can be retrieved', async () => {
    const { client, model, workspace, agent_id } = await scene({
      rounds: [says('Hello ', 'there.')],
    });
    const response = await client.responses.create({
      model,
      input: 'Hello?',
      instructions: 'Be kind.',
      metadata: { team: 'a' },
      user: 'c-1',
    });
    expect(response.output_text).toBe('Hello there.');
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      model,
      instructions: 'Be kind.',
      metadata: { team: 'a' },
      error: null,
      output: [{ type: 'message', role: 'assistant', status: 'completed' }],
      usage: {
        input_tokens: 20,
        input_tokens_details: { cached_tokens: 8 },
        output_tokens: 9,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 29,
      },
    });
    expect(await client.responses.retrieve(response.id)).toEqual(response);
    const { data } = (await workspace.get(`/agents/${agent_id}/sessions`)).body;
    expect(data).toMatchObject([{ end_user_id: 'c-1', metadata: { team: 'a' }, message_count: 2 }]);
  });

  it('continue from any earlier response, each on its own branch', async () => {
    const { client, model, scripted, workspace, agent_id } = await scene({
      rounds: ['A', 'B', 'C', 'D'].map((text) => says(text)),
    });
    const first = await client.responses.create({
      model,
      input: [
        { role: 'developer', content: 'Speak French.' },
        { role: 'user', content: 'Zero' },
        { role: 'assistant', content: 'Null' },
        { role: 'user', content: [{ type: 'input_text', text: 'One' }] },
      ],
    });
    const second = await client.responses.create({
      model,
      input: 'Two',
      previous_response_id: first.id,
    });
    await client.responses.create({
      input: 'Three',
      previous_response_id: second.id,
      instructions: 'Only now.',
    });
    const aside = await client.responses.create({
      model,
      input: 'Aside',
      previous_response_id: first.id,
    });
    expect([second.output_text, aside.output_text, aside.previous_response_id]).toEqual([
      'B',
      'D',
      first.id,
    ]);
    const sent = (await scripted.requests()).map(({ body }) => JSON.stringify(body));
    for (const text of ['Speak French.', 'Zero', 'Null', 'One', 'Two', 'Three', 'Only now.'])
      expect(sent[2], text).toContain(text);
    expect(sent[3]).toContain('One');
    for (const text of ['Two', 'Three', 'Only now.']) expect(sent[3], text).not.toContain(text);
    expect((await workspace.get(`/agents/${agent_id}/sessions`)).body.data).toHaveLength(1);
  });

  it('stream numbered events that match the stored response and can be replayed from any event', async () => {
    const { client, model } = await scene({
      rounds: [says('Zürich ', '🌧 ', 'Übel ', 'und mehr.')],
    });
    const events = await eventsOf(
      await client.responses.create({ model, input: 'Hello?', stream: true }),
    );
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(
      events.map((_, index) => index),
    );
    expect(
      events.map(({ type }) => type).filter((type) => type !== 'response.output_text.delta'),
    ).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const last = events.at(-1);
    if (last?.type !== 'response.completed') throw new Error('the response was not completed');
    const { id } = last.response;
    const { output_text, ...stored } = await client.responses.retrieve(id);
    expect(output_text).toBe('Zürich 🌧 Übel und mehr.');
    expect(last.response).toEqual(stored);
    for (let after = 0; after < events.length; after += 1) {
      const rest = await eventsOf(
        await client.responses.retrieve(id, { stream: true, starting_after: after }),
      );
      expect(rest).toEqual(events.slice(after + 1));
    }
    const built = await client.responses.stream({ response_id: id }).finalResponse();
    expect(built.output_text).toBe(output_text);
  });

  it.each([false, true])(
    'return client tool calls and accept their results (stream: %s)',
    async (isStream) => {
      const call = { id: 'call_1', name: 'get_weather', arguments: { city: 'Zürich' } };
      const { client, model, scripted } = await scene({
        rounds: [
          { text: ['Let me look.'], tool_calls: [call], usage },
          says('Rain.'),
          says('Sun.'),
        ],
      });
      const body = { model, input: 'Weather?', tools };
      const first = isStream
        ? await client.responses.stream(body).finalResponse()
        : await client.responses.create(body);
      expect(first.output).toMatchObject([
        { type: 'message', content: [{ text: 'Let me look.' }] },
        { type: 'function_call', call_id: 'call_1', name: 'get_weather', status: 'completed' },
      ]);
      const [, called] = first.output;
      expect(called?.type === 'function_call' && JSON.parse(called.arguments)).toEqual({
        city: 'Zürich',
      });
      expect((await client.responses.retrieve(first.id)).output).toMatchObject(
        JSON.parse(JSON.stringify(first.output.map(({ id, type }) => ({ id, type })))),
      );
      const output = [
        { type: 'function_call_output' as const, call_id: 'call_1', output: '{"sky":"rain"}' },
      ];
      const second = await client.responses.create({
        model,
        input: output,
        tools,
        previous_response_id: first.id,
      });
      expect(second.output_text).toBe('Rain.');
      const [, sent] = await scripted.requests();
      for (const text of ['Weather?', 'call_1', '\\"sky\\":\\"rain\\"'])
        expect(JSON.stringify(sent?.body), text).toContain(text);
      // A call without a result does not prevent another message.
      const other = await client.responses.create({
        model,
        input: 'Never mind',
        previous_response_id: first.id,
      });
      expect(other.output_text).toBe('Sun.');
      expect(JSON.stringify((await scripted.requests())[2]?.body)).not.toContain('call_1');
      const wrong = await failureOf(
        client.responses.create({
          model,
          input: [{ ...output[0], call_id: 'x' } as never],
          previous_response_id: first.id,
        }),
      );
      expect([wrong.status, wrong.param]).toEqual([400, 'input[0].call_id']);
    },
  );

  it('return an answer that matches the schema', async () => {
    const { client, model } = await scene({ rounds: [says('{"n":4}')] });
    const schema = {
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false,
    };
    const response = await client.responses.parse({
      model,
      input: 'How many?',
      text: { format: { type: 'json_schema', name: 'n', schema, strict: true } },
    });
    expect(response.output_parsed).toEqual({ n: 4 });
  });

  it('run in the background, stream from any event and can be cancelled', async () => {
    const slow = {
      ...says('One ', 'two ', 'three'),
      fault: { kind: 'drip' as const, bytes: 200, ms: 40 },
    };
    const { client, model } = await scene({
      rounds: [slow, { ...says('Begun ', 'and more'), fault: { kind: 'stall', events: 5 } }],
    });
    const begun = await client.responses.create({ model, input: 'Hello?', background: true });
    expect(begun).toMatchObject({ status: 'in_progress', output: [], background: true });
    const events = await eventsOf(await client.responses.retrieve(begun.id, { stream: true }));
    expect(events.at(-1)?.type).toBe('response.completed');
    const rest = await eventsOf(
      await client.responses.retrieve(begun.id, { stream: true, starting_after: 3 }),
    );
    expect(rest).toEqual(events.slice(4));
    expect((await client.responses.retrieve(begun.id)).output_text).toBe('One two three');

    const stuck = await client.responses.create({ model, input: 'Hello?', background: true });
    for await (const event of await client.responses.retrieve(stuck.id, { stream: true })) {
      if (event.type === 'response.output_text.delta') break;
    }
    const cancelled = await client.responses.cancel(stuck.id);
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect(await client.responses.retrieve(stuck.id)).toMatchObject(
      JSON.parse(JSON.stringify(cancelled)),
    );
  });

  it('cannot be retrieved with `store: false`, and deleting one keeps later responses', async () => {
    const { client, model, workspace } = await scene({
      rounds: [says('Off the record')],
      repeat: true,
    });
    const secret = await client.responses.create({ model, input: 'Hello?', store: false });
    expect(secret.output_text).toBe('Off the record');
    expect((await failureOf(client.responses.retrieve(secret.id))).status).toBe(404);
    const further = await failureOf(
      client.responses.create({ input: 'More', previous_response_id: secret.id }),
    );
    expect([further.status, further.code]).toEqual([400, 'previous_response_not_found']);
    const first = await client.responses.create({ model, input: 'First' });
    const second = await client.responses.create({
      model,
      input: 'Second',
      previous_response_id: first.id,
    });
    const path = `/v1/responses/${first.id}`;
    expect((await request('DELETE', path, workspace.key)).body).toEqual({
      id: first.id,
      object: 'response.deleted',
      deleted: true,
    });
    expect((await failureOf(client.responses.retrieve(first.id))).status).toBe(404);
    expect((await client.responses.retrieve(second.id)).output_text).toBe('Off the record');
    const alone = await client.responses.create({ model, input: 'Alone' });
    await client.responses.delete(alone.id);
    expect((await failureOf(client.responses.retrieve(alone.id))).status).toBe(404);
    expect(await countRows('usage', workspace.id)).toBe(4);
  });

  it('send a failure as an event once they have started and are stored as failed', async () => {
    const { client, model } = await scene({
      rounds: [{ ...says('Half ', 'an answer'), fault: { kind: 'error-event', events: 5 } }],
    });
    const events = await eventsOf(
      await client.responses.create({ model, input: 'Hello?', stream: true }),
    );
    const last = events.at(-1);
    if (last?.type !== 'response.failed') throw new Error(`the last event is ${last?.type}`);
    expect(last.response).toMatchObject({ status: 'failed', error: { code: 'server_error' } });
    const { output_text: _, ...stored } = await client.responses.retrieve(last.response.id);
    expect(stored).toEqual(last.response);
    expect(stored.output).toMatchObject([{ type: 'message', status: 'incomplete' }]);
  });

  it('reject unsupported fields and are created once per Idempotency-Key', async () => {
    const { client, model } = await scene({ rounds: [says('Once')] });
    for (const [more, param] of [
      [{ tools: [{ type: 'web_search' }] }, 'tools[0].type'],
      [
        { input: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
        'input[0]',
      ],
      [{ model: undefined }, 'model'],
      [{ nonsense: 1 }, 'nonsense'],
    ] as const) {
      const error = await failureOf(
        client.responses.create({ model, input: 'Hello?', ...more } as never),
      );
      expect([error.status, error.type], JSON.stringify(more)).toEqual([
        400,
        'invalid_request_error',
      ]);
      expect(error.param).toContain(param.slice(0, 5));
    }
    const nowhere = await failureOf(
      client.responses.create({ model, input: 'Hello?', conversation: 'conv_1' }),
    );
    expect([nowhere.status, nowhere.param]).toEqual([404, 'conversation']);
    const options = { headers: { 'idempotency-key': 'once' } };
    const one = await client.responses.create({ model, input: 'Hello?' }, options);
    expect(await client.responses.create({ model, input: 'Hello?' }, options)).toEqual(one);
  });
});
