import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { clientOf, failureOf, says, scene, usage, weather } from './support.ts';

const reference = (id: string | undefined) => ({ type: 'item_reference' as const, id: id ?? '' });
const user = (content: string) => ({ role: 'user' as const, content });
const tools = [{ type: 'function' as const, strict: true, ...weather }];

// biome-ignore lint/suspicious/noExplicitAny: tests read request bodies of any shape.
const inputOf = async ({ scripted }: Awaited<ReturnType<typeof scene>>): Promise<any[]> => {
  const input: { role: string }[] = (await scripted.requests()).at(-1)?.body.input;
  return input.filter(({ role }) => role !== 'system' && role !== 'developer');
};

describe('an item_reference', () => {
  it('is replaced by the item, also without a type and without previous_response_id', async () => {
    const set = await scene({ rounds: [says('Blue.'), says('Green.')] });
    const { client, model } = set;
    const { output } = await client.responses.create({ model, input: 'A colour?' });
    const input = [user('A colour?'), { id: output[0]?.id } as never, user('Another?')];
    expect((await client.responses.create({ model, input })).output_text).toBe('Green.');
    expect(JSON.stringify(await inputOf(set))).toMatch(/A colour\?.*Blue\..*Another\?/);
  });

  it('to a tool call provides the call of a result in another session', async () => {
    const call = (id: string, city: string) => ({ id, name: 'get_weather', arguments: { city } });
    const set = await scene({
      rounds: [
        { tool_calls: [call('call_a', 'Zug'), call('call_b', 'Chur')], usage },
        says('Rain.'),
      ],
    });
    const { client, model } = set;
    const { output } = await client.responses.create({ model, input: 'Weather?', tools });
    expect(output.map(({ id }) => id)).toEqual([
      expect.stringMatching(/^fc_\w{26}_0$/),
      expect.stringMatching(/^fc_\w{26}_1$/),
    ]);
    const results = ['call_a', 'call_b'].map((call_id) => ({
      type: 'function_call_output' as const,
      call_id,
      output: `of ${call_id}`,
    }));
    const input = [user('Weather?'), ...output.map(({ id }) => reference(id)), ...results];
    expect((await client.responses.create({ model, input, tools })).output_text).toBe('Rain.');
    const sent = await inputOf(set);
    expect(
      sent
        .filter(({ type }) => type === 'function_call')
        .map(({ arguments: given }) => JSON.parse(given).city),
    ).toEqual(['Zug', 'Chur']);
  });

  it('is not repeated for an item of previous_response_id, and is added for an item of another branch', async () => {
    const set = await scene({
      rounds: [says('One.'), says('Two.'), says('Three.'), says('Four.')],
    });
    const { client, model } = set;
    const first = await client.responses.create({ model, input: 'First?' });
    const second = await client.responses.create({
      model,
      input: 'Second?',
      previous_response_id: first.id,
    });
    const sibling = await client.responses.create({
      model,
      input: 'Sibling?',
      previous_response_id: first.id,
    });
    const input = [reference(first.output[0]?.id), reference(sibling.output[0]?.id), user('Last?')];
    await client.responses.create({ model, input, previous_response_id: second.id });
    const sent = JSON.stringify(await inputOf(set));
    expect(sent.match(/One\./g)).toHaveLength(1);
    expect(sent).toMatch(/First\?.*One\..*Second\?.*Two\..*Three\..*Last\?/);
    expect(sent).not.toContain('Sibling?');
  });

  it('is replaced by an input item with its files in another session', async () => {
    const set = await scene({ rounds: [says('Noted.'), says('Tamarind.')] });
    const { client, model } = set;
    const file_data = `data:text/plain;base64,${btoa('The word is tamarind.')}`;
    const content = [
      { type: 'input_file' as const, filename: 'word.txt', file_data },
      { type: 'input_text' as const, text: 'Here it is.' },
    ];
    const first = await client.responses.create({
      model,
      input: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content },
      ],
    });
    const { data } = await client.responses.inputItems.list(first.id, { order: 'asc' });
    expect(data.map(({ id }) => id)).toEqual(
      [0, 1].map((index) => expect.stringMatching(new RegExp(`^msg_\\w{26}_${index}$`))),
    );
    const second = await client.responses.create({
      model,
      input: [...data.map(({ id }) => reference(id)), user('Which word?')],
    });
    const sent = (await set.scripted.requests()).at(-1)?.body.input;
    expect(JSON.stringify(sent)).toMatch(/Be brief\..*tamarind.*Here it is\..*Which word\?/);
    const again = await client.responses.inputItems.list(second.id, { order: 'asc' });
    expect(
      again.data.map((item) => item.type === 'message' && item.content.map(({ type }) => type)),
    ).toEqual([['input_text'], ['input_file', 'input_text'], ['input_text']]);
    await client.responses.delete(first.id);
    await client.responses
      .create({ model, input: 'Once more.', previous_response_id: second.id })
      .catch(() => undefined);
    expect(JSON.stringify((await set.scripted.requests()).at(-1)?.body.input)).toContain(
      'tamarind',
    );
  });

  it('is replaced by the result of a tool call after its call', async () => {
    const set = await scene({
      rounds: [
        { tool_calls: [{ id: 'call_a', name: 'get_weather', arguments: { city: 'Zug' } }], usage },
        says('Wet.'),
        says('Yes.'),
      ],
    });
    const { client, model } = set;
    const first = await client.responses.create({ model, input: 'Weather?', tools });
    const input = [{ type: 'function_call_output' as const, call_id: 'call_a', output: 'rain' }];
    const second = await client.responses.create({
      model,
      input,
      tools,
      previous_response_id: first.id,
    });
    const { data } = await client.responses.inputItems.list(second.id);
    const references = [first.output[0]?.id, data[0]?.id].map(reference);
    await client.responses.create({
      model,
      input: [user('Weather?'), ...references, user('Sure?')],
      tools,
    });
    expect((await inputOf(set)).map(({ type, role, output }) => output ?? type ?? role)).toEqual([
      'user',
      'function_call',
      'rain',
      'user',
    ]);
    const alone = await failureOf(
      client.responses.create({ model, input: [reference(data[0]?.id), user('Sure?')] }),
    );
    expect([alone.status, alone.param]).toEqual([400, 'input[0]']);
  });

  it('returns 404 for an item that is unknown, not stored, deleted, or not readable by the caller', async () => {
    const { client, model, workspace } = await scene({ rounds: [says('Secret.')], repeat: true });
    const create = (input: string, more: object = {}) =>
      client.responses.create({ model, input, ...more });
    const refused = async (id: string | undefined, by = client, more: object = {}) => {
      const error = await failureOf(
        by.responses.create({ model, input: [reference(id), user('Which secret?')], ...more }),
      );
      expect([error.status, error.code, error.param, error.type], id).toEqual([
        404,
        'item_not_found',
        'input',
        'invalid_request_error',
      ]);
    };
    const stored = await create('Remember this');
    const id = stored.output[0]?.id;
    const [unstored, deleted] = [
      await create('Off the record', { store: false }),
      await create('Gone soon'),
    ];
    await client.responses.delete(deleted.id);
    for (const gone of [
      'msg_01kajv2q5ve0mt8h2vj3c6x7ra',
      'msg_1',
      'rs_1',
      'fc_call_1',
      `${id?.replace('msg_', 'fc_')}_0`,
    ])
      await refused(gone);
    for (const { output } of [unstored, deleted]) await refused(output[0]?.id);
    // Another runtime key, another workspace, another end user.
    await refused(id, clientOf((await workspace.withRole('runtime')).key));
    const other = await newWorkspace();
    const stranger = (
      await other.post('/agents', { name: 'Support', config: { model: 'builtin/extractive' } })
    ).body;
    await refused(id, clientOf(other.key), { model: stranger.slug });
    const hers = await create('I am Alice', { user: 'alice' });
    await refused(hers.output[0]?.id, client, { user: 'bob' });
    expect(
      (
        await client.responses.create({
          model,
          input: [reference(hers.output[0]?.id), user('And?')],
          user: 'alice',
        })
      ).status,
    ).toBe('completed');
    // A message of a chat session is not an item of a response.
    const session = (await workspace.post(`/agents/${model}/sessions`, {})).body;
    const { body: message } = await workspace.post(`/sessions/${session.id}/messages`, {
      message: 'In a session',
    });
    await refused(message.id);
  });
});

describe('results for some of the tool calls', () => {
  const calls = ['a', 'b'].map((id) => ({
    id: `call_${id}`,
    name: 'get_weather',
    arguments: { city: id },
  }));
  const outputOf = (id: string) => ({
    type: 'function_call_output' as const,
    call_id: `call_${id}`,
    output: `result ${id}`,
  });

  it('keep the other calls, whose results can be sent with a later response', async () => {
    const set = await scene({
      rounds: [{ tool_calls: calls, usage }, says('Half of it.'), says('All of it.')],
    });
    const { client, model } = set;
    const first = await client.responses.create({ model, input: 'Weather?', tools });
    const second = await client.responses.create({
      model,
      input: [outputOf('b')],
      tools,
      previous_response_id: first.id,
    });
    expect(
      (await inputOf(set))
        .filter(({ type }) => type !== undefined && type !== 'message')
        .map(({ type, call_id, output }) => [type, call_id, output]),
    ).toEqual([
      ['function_call', 'call_a', undefined],
      ['function_call', 'call_b', undefined],
      ['function_call_output', 'call_a', 'No result was given.'],
      ['function_call_output', 'call_b', 'result b'],
    ]);
    const third = await client.responses.create({
      model,
      input: [outputOf('a')],
      tools,
      previous_response_id: second.id,
    });
    expect(third.output_text).toBe('All of it.');
    const sent = await inputOf(set);
    expect(
      sent.flatMap(({ call_id, type, role }) => [
        call_id === undefined ? role : `${type} ${call_id}`,
      ]),
    ).toEqual([
      'user',
      'function_call call_b',
      'function_call_output call_b',
      'assistant',
      'function_call call_a',
      'function_call_output call_a',
    ]);
    const wrong = await failureOf(
      client.responses.create({ model, input: [outputOf('c')], previous_response_id: second.id }),
    );
    expect([wrong.status, wrong.param]).toEqual([400, 'input[0].call_id']);
  });

  it('keep the other calls in a chat completion', async () => {
    const { client, model, scripted } = await scene({ rounds: [says('Half of it.')] });
    const messages = [
      user('Weather?'),
      {
        role: 'assistant' as const,
        content: null,
        tool_calls: calls.map(({ id, name }) => ({
          id,
          type: 'function' as const,
          function: { name, arguments: '{"city":"Zug"}' },
        })),
      },
      { role: 'tool' as const, tool_call_id: 'call_a', content: 'result a' },
    ];
    await client.chat.completions.create({ model, messages });
    const sent = JSON.stringify((await scripted.requests())[0]?.body);
    for (const sentText of ['result a', 'call_b', 'No result was given.'])
      expect(sent).toContain(sentText);
  });
});
