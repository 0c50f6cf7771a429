import { env } from 'cloudflare:workers';
import type OpenAI from 'openai';
import { toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request } from '../../support/api.ts';
import { call, fillPath, operationNamed } from '../../support/document.ts';
import { atRest } from '../../support/resources.ts';
import { countRows } from '../../support/rows.ts';
import { runSchedule } from '../../support/schedule.ts';
import { clientOf, failureOf, says, scene, usage, weather } from './support.ts';

type Item = OpenAI.Conversations.ConversationItem;

const textOf = (item: Item | OpenAI.Responses.ResponseItem): string =>
  item.type === 'message'
    ? item.content.map((part) => ('text' in part ? part.text : '')).join('')
    : item.type;

async function itemsOf(client: OpenAI, id: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of client.conversations.items.list(id, { order: 'asc', limit: 2 }))
    items.push(item);
  return items;
}

describe('conversations with the openai client', () => {
  it('contain added items, input and output, each with a stable id', async () => {
    const { client, model, scripted, workspace, agent_id } = await scene({
      rounds: [says('Hello Ada.'), says('You are Ada.')],
    });
    const conversation = await client.conversations.create({
      metadata: { topic: 'names' },
      items: [
        { role: 'developer', content: 'Be formal.' },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'I am Ada.' }] },
      ],
    });
    expect(conversation).toMatchObject({ object: 'conversation', metadata: { topic: 'names' } });
    const before = await itemsOf(client, conversation.id);
    expect(before.map((item) => [item.type, textOf(item)])).toEqual([
      ['message', 'Be formal.'],
      ['message', 'I am Ada.'],
    ]);
    const first = await client.responses.create({
      model,
      conversation: conversation.id,
      input: 'Hello!',
    });
    expect(first).toMatchObject({
      status: 'completed',
      conversation: { id: conversation.id },
      previous_response_id: null,
    });
    const added = await client.conversations.items.create(conversation.id, {
      items: [{ role: 'user', content: 'And I am new here.' }],
    });
    expect(added).toMatchObject({
      object: 'list',
      has_more: false,
      data: [{ type: 'message', role: 'user' }],
    });
    const second = await client.responses.create({
      conversation: { id: conversation.id },
      input: 'Do you know my name?',
    });
    expect([second.model, second.output_text]).toEqual([model, 'You are Ada.']);

    const after = await itemsOf(client, conversation.id);
    expect(after.map(textOf)).toEqual([
      'Be formal.',
      'I am Ada.',
      'Hello!',
      'Hello Ada.',
      'And I am new here.',
      'Do you know my name?',
      'You are Ada.',
    ]);
    expect(after.slice(0, 2).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after[3]?.id).toBe(first.output[0]?.id);
    expect(after[4]?.id).toBe(added.data[0]?.id);
    expect(new Set(after.map(({ id }) => id)).size).toBe(7);
    for (const item of after)
      expect(
        await client.conversations.items.retrieve(item.id ?? '', {
          conversation_id: conversation.id,
        }),
      ).toEqual(item);
    const sent = JSON.stringify((await scripted.requests())[1]?.body.input);
    for (const text of [
      'Be formal.',
      'I am Ada.',
      'Hello!',
      'Hello Ada.',
      'And I am new here.',
      'Do you know my name?',
    ])
      expect(sent, text).toContain(text);
    expect(sent).not.toContain('item_id');
    const { data } = (await workspace.get(`/agents/${agent_id}/sessions`)).body;
    expect(data.map(({ id }: { id: string }) => id)).toEqual([
      conversation.id.replace('conv_', 'ses_'),
    ]);
  });

  it('read a referenced item once and accept references to items of responses', async () => {
    const { client, model, scripted } = await scene({
      rounds: [says('Blue.'), says('One.'), says('Two.'), says('Three.')],
    });
    const colour = await client.responses.create({ model, input: 'A colour?' });
    const reference = (id: string | undefined) => ({
      type: 'item_reference' as const,
      id: id ?? '',
    });
    const { id } = await client.conversations.create({
      items: [reference(colour.output[0]?.id), { role: 'user', content: 'I am Ada.' }],
    });
    const [blue, ada] = await itemsOf(client, id);
    expect([blue, ada].map((item) => item && textOf(item))).toEqual(['Blue.', 'I am Ada.']);
    expect(blue).toMatchObject({
      role: 'assistant',
      content: [{ type: 'output_text', annotations: [] }],
    });
    await client.responses.create({
      model,
      conversation: id,
      input: [reference(ada?.id), { role: 'user', content: 'First.' }],
    });
    await client.responses.create({
      conversation: id,
      input: [reference(ada?.id), { role: 'user', content: 'Second.' }],
    });
    const answered = (await itemsOf(client, id)).find((item) => textOf(item) === 'One.');
    await client.responses.create({
      conversation: id,
      input: [reference(answered?.id), { role: 'user', content: 'Third.' }],
    });
    const sent = JSON.stringify((await scripted.requests()).at(-1)?.body.input);
    for (const text of ['I am Ada.', 'One.', 'Blue.'])
      expect(sent.split(text), text).toHaveLength(2);
    const unknown = reference('msg_01kajv2q5ve0mt8h2vj3c6x7ra');
    for (const call of [
      client.conversations.create({ items: [unknown] }),
      client.conversations.items.create(id, { items: [unknown] }),
    ])
      expect(await failureOf(call)).toMatchObject({ status: 404, code: 'item_not_found' });
  });

  it.each(['POST /v1/conversations', 'POST /v1/conversations/{conversation}/items'])(
    '%s returns the documented 404 for unknown item and file ids',
    async (name) => {
      const { client, workspace } = await scene({ rounds: [] });
      const operation = operationNamed(name);
      if (operation === undefined) throw new Error(`${name} is not in the document`);
      const path = fillPath(operation, { conversation: (await client.conversations.create()).id });
      const file = { role: 'user', content: [{ type: 'input_file', file_id: 'file-unknown' }] };
      for (const item of [{ id: ' ' }, file]) {
        const { status } = await call(operation, path, workspace.key, { json: { items: [item] } });
        expect(status).toBe(404);
      }
    },
  );

  it('reject items that a response cannot read', async () => {
    const { client } = await scene({ rounds: [] });
    const upload = await client.files.create({
      file: await toFile(new TextEncoder().encode('Text.'), 'w.txt'),
      purpose: 'user_data',
    });
    const { id } = await client.conversations.create();
    const part = (more: object) => ({ type: 'input_file' as const, ...more });
    const cases = [
      ['user', part({ file_id: 'file-unknown' }), 404, 'items[0].content[0].file_id'],
      ['user', part({}), 400, 'items[0].content[0]'],
      [
        'user',
        part({ file_id: upload.id, file_url: 'https://example.com/a.pdf' }),
        400,
        'items[0].content[0]',
      ],
      ['developer', part({ file_id: upload.id }), 400, 'items[0].content[0]'],
    ] as const;
    for (const [role, one, status, param] of cases) {
      const items = [{ role, content: [one] }];
      expect(
        await failureOf(client.conversations.items.create(id, { items })),
        param,
      ).toMatchObject({ status, param });
      expect(await failureOf(client.conversations.create({ items })), param).toMatchObject({
        status,
        param,
      });
    }
    expect(await itemsOf(client, id)).toEqual([]);
  });

  it('erase a deleted item with its file, before and after a response has read it', async () => {
    const { client, model, scripted, workspace } = await scene({
      rounds: [says('Noted.'), says('What?'), says('Still.')],
    });
    const upload = await client.files.create({
      file: await toFile(new TextEncoder().encode('The word is tamarind.'), 'w.txt'),
      purpose: 'user_data',
    });
    const { id } = await client.conversations.create({
      items: [
        { role: 'user', content: 'Never read.' },
        { role: 'user', content: 'My PIN is 4711.' },
      ],
    });
    const [never] = await itemsOf(client, id);
    expect(
      await client.conversations.items.delete(never?.id ?? '', { conversation_id: id }),
    ).toMatchObject({ id, object: 'conversation' });
    const file = { type: 'input_file' as const, file_id: upload.id };
    await client.responses.create({
      model,
      conversation: id,
      input: [
        { role: 'user', content: [file, { type: 'input_text', text: 'A file.' }] },
        { role: 'user', content: 'Remember.' },
      ],
    });
    const [pin, given, , answer] = await itemsOf(client, id);
    expect(given).toMatchObject({
      content: [{ type: 'input_file', file_id: upload.id, filename: 'w.txt' }, { text: 'A file.' }],
    });
    for (const one of [pin, given, answer])
      await client.conversations.items.delete(one?.id ?? '', { conversation_id: id });
    expect((await itemsOf(client, id)).map(textOf)).toEqual(['Remember.']);
    await client.responses.create({ conversation: id, input: 'Well?' });
    const [before, after] = (await scripted.requests()).map(({ body }) =>
      JSON.stringify(body.input),
    );
    for (const text of ['4711', 'tamarind']) expect(before, text).toContain(text);
    for (const text of ['Never read.', '4711', 'tamarind', 'Noted.'])
      expect(after, text).not.toContain(text);
    expect(after).toContain('Remember.');
    await client.files.delete(upload.id);
    await atRest(workspace.id);
    expect((await env.FILES.list({ prefix: `${workspace.id}/` })).objects).toEqual([]);
    expect(
      (await failureOf(client.conversations.items.delete(pin?.id ?? '', { conversation_id: id })))
        .status,
    ).toBe(404);
  });

  it('store tool calls and their results as separate items', async () => {
    const call = { id: 'call_1', name: 'get_weather', arguments: { city: 'Zürich' } };
    const { client, model } = await scene({
      rounds: [{ text: ['Let me look.'], tool_calls: [call], usage }, says('Rain.')],
    });
    const tools = [{ type: 'function' as const, ...weather, strict: true }];
    const { id } = await client.conversations.create();
    await client.responses.create({ model, conversation: id, input: 'Weather?', tools });
    await client.conversations.items.create(id, {
      items: [{ type: 'function_call_output', call_id: 'call_1', output: 'wet' }],
    });
    const last = await client.responses.create({ conversation: id, input: 'So?', tools });
    expect(last.output_text).toBe('Rain.');
    expect((await itemsOf(client, id)).map((item) => [item.type, textOf(item)])).toEqual([
      ['message', 'Weather?'],
      ['message', 'Let me look.'],
      ['function_call', 'function_call'],
      ['function_call_output', 'function_call_output'],
      ['message', 'So?'],
      ['message', 'Rain.'],
    ]);
  });

  it('create one session for concurrent first responses', async () => {
    const { client, model, workspace } = await scene({ rounds: [says('Yes.')], repeat: true });
    const { id } = await client.conversations.create();
    const answers = await Promise.all(
      [1, 2, 3].map((one) =>
        client.responses.create({ model, conversation: id, input: `Question ${one}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    expect(await itemsOf(client, id)).toHaveLength(6);
    expect(await countRows('sessions', workspace.id)).toBe(1);
  });

  it('pass an added item to only one of several concurrent responses', async () => {
    const { client, model, scripted } = await scene({ rounds: [says('Yes.')], repeat: true });
    const { id } = await client.conversations.create({
      items: [{ role: 'user', content: 'The word is tamarind.' }],
    });
    const ask = () =>
      client.responses.create({ model, conversation: id, input: 'Which?' }).then(
        () => 'answered',
        (error: { status?: number }) => error.status,
      );
    const outcomes = await Promise.all([ask(), ask(), ask()]);
    expect(outcomes).toContain('answered');
    expect(outcomes.filter((outcome) => outcome !== 'answered' && outcome !== 409)).toEqual([]);
    expect(
      (await itemsOf(client, id)).map(textOf).filter((text) => text.includes('tamarind')),
    ).toHaveLength(1);
    expect(await ask()).toBe('answered');
    for (const { body } of await scripted.requests())
      expect(JSON.stringify(body.input).split('tamarind')).toHaveLength(2);
  });

  it('are updated, and deleted with their content while usage is kept', async () => {
    const { client, model, workspace } = await scene({ rounds: [says('One.')], repeat: true });
    const { id } = await client.conversations.create({ metadata: { a: '1' } });
    expect((await client.conversations.update(id, { metadata: { b: '2' } })).metadata).toEqual({
      b: '2',
    });
    const response = await client.responses.create({ model, conversation: id, input: 'Hello' });
    await client.conversations.items.create(id, { items: [{ role: 'user', content: 'More' }] });
    expect((await client.conversations.retrieve(id)).metadata).toEqual({ b: '2' });
    expect(await client.conversations.delete(id)).toEqual({
      id,
      object: 'conversation.deleted',
      deleted: true,
    });
    for (const call of [
      () => client.conversations.retrieve(id),
      () => client.responses.retrieve(response.id),
    ])
      expect((await failureOf(call())).status).toBe(404);
    for (const table of ['conversations', 'conversation_items', 'sessions', 'messages', 'runs'])
      expect(await countRows(table, workspace.id), table).toBe(0);
    expect(await countRows('usage', workspace.id)).toBe(1);
    const other = await client.conversations.create();
    await client.responses.create({ model, conversation: other.id, input: 'Hello' });
    await workspace.delete(`/sessions/${other.id.replace('conv_', 'ses_')}`);
    expect((await failureOf(client.conversations.retrieve(other.id))).status).toBe(404);
  });

  it('are visible to the key that created them and, from the first response, to the keys that may read the session', async () => {
    const { client, model, workspace, agent_id } = await scene({
      rounds: [says('One.')],
      repeat: true,
    });
    const other = (await workspace.post('/agents', { name: 'Other' })).body.id;
    const keys = {
      runtime: (await workspace.withRole('runtime')).key,
      stranger: (await workspace.withRole('runtime')).key,
      own: (await workspace.withRole('editor', [agent_id])).key,
      other: (await workspace.withRole('editor', [other])).key,
    };
    const { id } = await clientOf(keys.runtime).conversations.create();
    const sees = async (key: string) =>
      clientOf(key)
        .conversations.retrieve(id)
        .then(
          () => true,
          () => false,
        );
    expect([
      await sees(workspace.key),
      await sees(keys.runtime),
      await sees(keys.stranger),
      await sees(keys.own),
    ]).toEqual([true, true, false, false]);
    await clientOf(keys.runtime).responses.create({ model, conversation: id, input: 'Hello' });
    expect([
      await sees(workspace.key),
      await sees(keys.stranger),
      await sees(keys.own),
      await sees(keys.other),
    ]).toEqual([true, false, true, false]);
    const foreign = clientOf((await newWorkspace()).key);
    expect((await failureOf(foreign.conversations.retrieve(id))).status).toBe(404);
    const hidden = clientOf(keys.other).responses.create({
      model: other,
      conversation: id,
      input: 'Hello',
    });
    expect((await failureOf(hidden)).status).toBe(404);
    expect(
      (await failureOf(client.responses.create({ model: other, conversation: id, input: 'Hello' })))
        .param,
    ).toBe('model');
  });

  it('report the position of fields that are not allowed together', async () => {
    const { client, model } = await scene({ rounds: [says('One.')], repeat: true });
    const { id } = await client.conversations.create({
      items: [{ role: 'user', content: 'Waiting' }],
    });
    const first = await client.responses.create({ model, input: 'Hello' });
    const create = (body: object) =>
      failureOf(
        client.responses.create({ model, input: 'Hello', conversation: id, ...body } as never),
      );
    for (const [body, param, status] of [
      [{ previous_response_id: first.id }, 'previous_response_id', 400],
      [{ store: false }, 'store', 400],
      [{ model: undefined }, 'model', 400],
      [{ conversation: 'conv_01kajv2q5ve0mt8h2vj3c6x7ra' }, 'conversation', 404],
      [
        { input: [{ type: 'function_call_output', call_id: 'none', output: '1' }] },
        'input[0].call_id',
        400,
      ],
    ] as const) {
      const error = await create(body);
      expect([error.status, error.param], JSON.stringify(body)).toEqual([status, param]);
    }
    const large = await create({
      input: Array.from({ length: 3 }, () => ({ role: 'user', content: 'word '.repeat(80_000) })),
    });
    expect([large.status, large.code]).toEqual([413, 'too_large']);
    const after = await failureOf(client.conversations.items.list(id, { after: 'msg_none' }));
    expect([after.status, after.param]).toEqual([400, 'after']);
    expect((await itemsOf(client, id)).map(textOf)).toEqual(['Waiting']);
  });
});

describe('retention of conversations and uploads', () => {
  it('erases those that exceed the retention of the workspace', async () => {
    const workspace = await newWorkspace();
    const client = clientOf(workspace.key);
    const make = async () => ({
      conversation: await client.conversations.create({
        items: [{ role: 'user', content: 'Hello' }],
      }),
      file: await client.files.create({
        file: await toFile(new TextEncoder().encode('Text'), 'a.txt'),
        purpose: 'user_data',
      }),
    });
    const old = await make();
    for (const table of ['conversations', 'uploads'])
      await env.DB.prepare(
        `update ${table} set created_at = created_at - 3 * 86400000 where workspace_id = ?`,
      )
        .bind(workspace.id)
        .run();
    const fresh = await make();
    const tick = () =>
      runSchedule('7 * * * *', env, { waitUntil: () => undefined } as unknown as ExecutionContext);
    await tick();
    expect((await client.conversations.retrieve(old.conversation.id)).id).toBe(old.conversation.id);
    await workspace.patch('/workspace', { retention_days: 2 });
    await tick();
    await atRest(workspace.id);
    expect((await failureOf(client.conversations.retrieve(old.conversation.id))).status).toBe(404);
    expect((await failureOf(client.files.retrieve(old.file.id))).status).toBe(404);
    expect((await client.conversations.retrieve(fresh.conversation.id)).id).toBe(
      fresh.conversation.id,
    );
    expect((await client.files.list()).data.map(({ id }) => id)).toEqual([fresh.file.id]);
    expect((await env.FILES.list({ prefix: `${workspace.id}/${old.file.id}` })).objects).toEqual(
      [],
    );
  });
});

describe('input items of a response', () => {
  it('are listed in pages, newest first', async () => {
    const { client, model } = await scene({ rounds: [says('One.'), says('Two.')] });
    const first = await client.responses.create({
      model,
      input: [
        { role: 'system', content: 'Speak French.' },
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
    const listed = [];
    for await (const item of client.responses.inputItems.list(first.id, { limit: 3 }))
      listed.push(item);
    expect(listed.map((item) => [item.type === 'message' && item.role, textOf(item)])).toEqual([
      ['user', 'One'],
      ['assistant', 'Null'],
      ['user', 'Zero'],
      ['system', 'Speak French.'],
    ]);
    const page = await client.responses.inputItems.list(first.id, { limit: 1, order: 'asc' });
    expect(page).toMatchObject({ has_more: true, data: [{ id: listed[3]?.id }] });
    const rest = await client.responses.inputItems.list(first.id, {
      order: 'asc',
      after: page.data[0]?.id ?? '',
      include: ['message.input_image.image_url'],
    });
    expect(rest.data.map(textOf)).toEqual(['Zero', 'Null', 'One']);
    expect((await client.responses.inputItems.list(second.id)).data.map(textOf)).toEqual(['Two']);
    await client.responses.delete(second.id);
    expect((await failureOf(client.responses.inputItems.list(second.id))).status).toBe(404);
  });

  it('return 403 for a role that may not read messages', async () => {
    const { client, model, workspace } = await scene({ rounds: [says('One.')] });
    const { id } = await client.responses.create({ model, input: 'Hello' });
    const viewer = clientOf((await workspace.withRole('viewer')).key);
    expect((await failureOf(viewer.responses.inputItems.list(id))).status).toBe(403);
  });
});

describe('input tokens', () => {
  it('increase with instructions, tools, files and previous messages', async () => {
    const { client, model, scripted } = await scene({
      rounds: [says('A long answer. '.repeat(50))],
    });
    const count = async (more: object = {}) =>
      (await client.responses.inputTokens.count({ model, input: 'Hello?', ...more })).input_tokens;
    const plain = await count();
    expect(plain).toBeGreaterThan(2);
    expect(await count({ instructions: 'Be brief. '.repeat(40) })).toBeGreaterThan(plain + 50);
    expect(
      await count({ tools: [{ type: 'function', ...weather, strict: true }] }),
    ).toBeGreaterThan(plain + 20);
    const file_data = `data:text/plain;base64,${btoa('word '.repeat(400))}`;
    const content = [{ type: 'input_file', filename: 'a.txt', file_data }];
    expect(await count({ input: [{ role: 'user', content }] })).toBeGreaterThan(300);
    const first = await client.responses.create({ model, input: 'Hello?' });
    expect(await count({ previous_response_id: first.id })).toBeGreaterThan(plain + 100);
    const { id } = await client.conversations.create({
      items: [{ role: 'user', content: 'Context. '.repeat(50) }],
    });
    expect(await count({ conversation: id })).toBeGreaterThan(plain + 80);
    expect(await scripted.requests()).toHaveLength(1);
    expect(
      (await failureOf(client.responses.inputTokens.count({ model: 'nobody', input: 'Hello' })))
        .code,
    ).toBe('model_not_found');
  });

  it('require a model and are replayed with the same Idempotency-Key', async () => {
    const workspace = await newWorkspace();
    await workspace.post('/agents', { name: 'A', slug: 'agent-a' });
    expect(
      (
        await request('POST', '/v1/responses/input_tokens', workspace.key, {
          json: { input: 'Hello' },
        })
      ).status,
    ).toBe(400);
    const ask = () =>
      request('POST', '/v1/responses/input_tokens', workspace.key, {
        json: { model: 'agent-a', input: 'Hello' },
        headers: { 'idempotency-key': 'k' },
      });
    expect((await ask()).body).toEqual((await ask()).body);
    expect((await ask()).headers.get('idempotent-replayed')).toBe('true');
  });
});
