import { describe, expect, it } from 'vitest';
import { payloads, publish, receiving } from '../notifications/support.ts';
import { newChat, openStream, readFrames } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { countAll } from '../support/rows.ts';

const says = (...text: string[]): Round => ({
  text,
  usage: { input_tokens: 10, output_tokens: 3 },
});
const handsOver: Round = {
  tool_calls: [
    { id: 'call_1', name: 'hand_over', arguments: { reason: 'Refund', note: 'Order 7' } },
  ],
};

// biome-ignore lint/suspicious/noExplicitAny: tests look at the wire, whatever it is.
const messagesOf = async ({ workspace, session }: any): Promise<any[]> =>
  (await workspace.get(`/sessions/${session}/messages?limit=100`)).body.data.toReversed();

describe('a hand-over', () => {
  it('stores messages without an answer, takes replies, and gives the session back with the conversation', async () => {
    const chat = await newChat({ rounds: [says('Hello.'), says('Welcome back.')] });
    const { workspace, session } = chat;
    await chat.send({ message: 'Hi' });
    const over = await workspace.post(`/sessions/${session}/hand-over`, { reason: 'Refund' });
    expect([over.status, over.body.handled_by]).toEqual([200, 'human']);
    const left = await chat.send({ message: 'Where is my refund?' });
    expect(left.status).toBe(200);
    expect(left.body).toMatchObject({
      role: 'user',
      run_id: null,
      run: null,
      seq: 3,
      author: null,
    });
    const { body: inbox } = await workspace.get('/inbox');
    expect(inbox.data).toEqual([
      expect.objectContaining({
        ...{ session_id: session, reason: 'Refund', requested_by: 'member', unread_count: 1 },
        last_message: { role: 'user', text: 'Where is my refund?' },
      }),
    ]);
    const reply = await workspace.post(`/sessions/${session}/replies`, {
      ...{ text: 'It is on its way: ref 4711.', author_name: 'Maria' },
    });
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      ...{ role: 'assistant', run_id: null, seq: 4, parent_id: left.body.id },
      author: { type: 'api_key', id: workspace.key_id, name: 'Maria' },
    });
    expect((await workspace.get('/inbox')).body.data[0]).toMatchObject({
      ...{ unread_count: 0, waiting_since: null },
    });
    const back = await workspace.post(`/sessions/${session}/hand-back`, {
      summary: 'The refund was sent.',
    });
    expect(back.body.handled_by).toBe('agent');
    expect((await workspace.get('/inbox')).body.data).toEqual([]);
    const next = await chat.send({ message: 'Thanks' });
    expect(next.body).toMatchObject({
      text: 'Welcome back.',
      seq: 6,
      parent_id: expect.any(String),
    });
    const sent = JSON.stringify((await chat.provider.requests()).at(-1));
    for (const text of [
      'Where is my refund?',
      'ref 4711',
      'Written by a person',
      'The refund was sent.',
    ])
      expect(sent).toContain(text);
    expect((await messagesOf(chat)).map(({ role, seq }) => [role, seq])).toEqual([
      ['user', 1],
      ['assistant', 2],
      ['user', 3],
      ['assistant', 4],
      ['user', 5],
      ['assistant', 6],
    ]);
    const found = await workspace.get(`/agents/${chat.agent}/sessions?q=4711`);
    expect(found.body.data).toHaveLength(1);
    // Neither the message nor the reply is a run of the agent, so no figure counts them.
    expect((await countAll(workspace.id)).runs).toBe(2);
  });

  it('is made by the agent with its tool, whose run ends with its answer', async () => {
    const chat = await newChat(
      { rounds: [handsOver, says('A colleague will reply.')] },
      { config: { tools: ['hand_over'] }, session: { end_user_id: 'ada' } },
    );
    const receiver = await receiving(chat.workspace, ['session.*']);
    const { body } = await chat.send({ message: 'I want a refund' });
    expect(body).toMatchObject({ text: 'A colleague will reply.', run: { status: 'completed' } });
    const { data } = (await chat.workspace.get('/inbox')).body;
    expect(data).toEqual([
      expect.objectContaining({
        ...{ session_id: chat.session, end_user_id: 'ada', reason: 'Refund', note: 'Order 7' },
        ...{ requested_by: 'agent', run_id: body.run_id },
      }),
    ]);
    expect((await chat.send({ message: 'Hello?' })).body.run_id).toBeNull();
    const reply = await chat.workspace.post(`/sessions/${chat.session}/replies`, { text: 'Hi' });
    await chat.workspace.post(`/sessions/${chat.session}/hand-back`, {});
    await publish(chat.workspace);
    const common = { session_id: chat.session, agent_id: chat.agent, end_user_id: 'ada' };
    const seen = (await payloads(receiver)).map(({ type, data: about }) => [type, about]);
    expect(seen).toHaveLength(3);
    expect(Object.fromEntries(seen)).toEqual({
      'session.handed_over': { ...common, requested_by: 'agent', message_id: null },
      'session.replied': { ...common, requested_by: 'agent', message_id: reply.body.id },
      'session.handed_back': { ...common, requested_by: 'agent', message_id: null },
    });
  });

  it('is shown in streams, and refuses answers that cannot be given', async () => {
    const chat = await newChat({ rounds: [says('Hello.')] });
    const { workspace, session } = chat;
    const { body: first } = await chat.send({ message: 'Hi' });
    await workspace.post(`/sessions/${session}/hand-over`, {});
    const types = (frames: Awaited<ReturnType<typeof readFrames>>) =>
      frames.map(({ data }) => data.type);
    const stream = await readFrames(await chat.stream({ message: 'One' }));
    expect(types(stream)).toEqual(['start', 'data-hand-over', 'finish']);
    const ui = await openStream(workspace, 'POST', '/chat', {
      json: { id: session, messages: [{ role: 'user', parts: [{ type: 'text', text: 'Two' }] }] },
    });
    expect(types(await readFrames(ui))).toEqual(['start', 'data-hand-over', 'finish']);
    const again = await workspace.post(`/messages/${first.id}/regenerate`, {});
    expect([again.status, again.body.code]).toEqual([409, 'session_handed_over']);
    expect((await messagesOf(chat)).map(({ text }) => text)).toEqual([
      'Hi',
      'Hello.',
      'One',
      'Two',
    ]);
  });

  it('stores a repeated message once', async () => {
    const chat = await newChat({ rounds: [] });
    await chat.workspace.post(`/sessions/${chat.session}/hand-over`, {});
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await chat.send({ message: 'Once' }, headers);
    const second = await chat.send({ message: 'Once' }, headers);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(await messagesOf(chat)).toHaveLength(1);
    const other = await chat.send({ message: 'Other' }, headers);
    expect(other.body.code).toBe('idempotency_mismatch');
  });

  it('cancels the active run, and leaves queued messages to the person', async () => {
    const chat = await newChat(
      { rounds: [{ text: ['Wait', ' a', ' moment'], fault: { kind: 'stall', events: 3 } }] },
      { session: { on_busy: 'queue' } },
    );
    const stream = await chat.stream({ message: 'Slow?' });
    const read = readFrames(stream);
    const queued = chat.send({ message: 'Queued?' });
    const over = await chat.workspace.post(`/sessions/${chat.session}/hand-over`, {});
    expect(over.body).toMatchObject({ handled_by: 'human', active_run_id: null });
    await read;
    expect((await queued).body).toMatchObject({ role: 'user', run_id: null, text: 'Queued?' });
    const reply = await chat.workspace.post(`/sessions/${chat.session}/replies`, { text: 'Here.' });
    expect(reply.status).toBe(201);
    const last = await messagesOf(chat);
    expect(last.slice(-2).map(({ text }) => text)).toEqual(['Queued?', 'Here.']);
  });

  it('has no effect twice, as has the hand-back, and refuses replies outside of it', async () => {
    const chat = await newChat({ rounds: [] });
    const { workspace, session } = chat;
    const path = `/sessions/${session}`;
    expect((await workspace.post(`${path}/replies`, { text: 'Hi' })).body.code).toBe('conflict');
    const receiver = await receiving(workspace, ['session.*']);
    await Promise.all([1, 2, 3].map(() => workspace.post(`${path}/hand-over`, {})));
    expect((await workspace.get('/inbox')).body.data).toHaveLength(1);
    const backs = await Promise.all([1, 2].map(() => workspace.post(`${path}/hand-back`, {})));
    expect(backs.map(({ body }) => body.handled_by)).toEqual(['agent', 'agent']);
    expect((await workspace.post(`${path}/replies`, { text: 'Hi' })).status).toBe(409);
    await publish(workspace);
    expect((await payloads(receiver)).map(({ type }) => type).sort()).toEqual([
      'session.handed_back',
      'session.handed_over',
    ]);
  });

  it('is allowed to end users by the version only, and only for their sessions', async () => {
    const chat = await newChat({ rounds: [] }, { session: { end_user_id: 'ada' } });
    const { workspace, session, agent } = chat;
    const token = async (end_user_id: string) =>
      workspace.as(
        (await workspace.post('/end-user-tokens', { end_user_id, agent_ids: [agent] })).body.token,
      );
    const [ada, bob] = [await token('ada'), await token('bob')];
    const over = () => ada.post(`/sessions/${session}/hand-over`, {});
    expect((await over()).status).toBe(403);
    await workspace.patch(`/agents/${agent}`, { config: { hand_over: { by_end_user: true } } });
    expect((await bob.post(`/sessions/${session}/hand-over`, {})).status).toBe(404);
    expect((await over()).body.handled_by).toBe('human');
    expect((await ada.post(`/sessions/${session}/replies`, { text: 'x' })).status).toBe(403);
    expect((await ada.get('/inbox')).status).toBe(403);
    expect((await workspace.get('/inbox')).body.data[0].requested_by).toBe('end_user');
  });

  it('is erased with its session', async () => {
    const chat = await newChat({ rounds: [] });
    await chat.workspace.post(`/sessions/${chat.session}/hand-over`, { note: 'Secret' });
    await chat.workspace.delete(`/sessions/${chat.session}`);
    expect((await chat.workspace.get('/inbox')).body.data).toEqual([]);
    expect((await countAll(chat.workspace.id)).sessions).toBe(0);
  });
});

describe('the inbox', () => {
  it('is filtered and paged, oldest first; items are assigned, read, closed and opened again', async () => {
    const chat = await newChat({ rounds: [] });
    const { workspace, agent } = chat;
    const ids: string[] = [chat.session];
    for (let more = 0; more < 2; more += 1)
      ids.push((await workspace.post(`/agents/${agent}/sessions`, {})).body.id);
    for (const id of ids) await workspace.post(`/sessions/${id}/hand-over`, {});
    const list = async (query: string) =>
      (await workspace.get(`/inbox${query}`)).body.data.map(
        (item: { session_id: string }) => item.session_id,
      );
    expect(await list('')).toEqual(ids);
    const page = (await workspace.get('/inbox?limit=2')).body;
    expect(await list(`?limit=2&cursor=${page.next_cursor}`)).toEqual(ids.slice(2));
    const { body } = await workspace.patch(`/inbox/${ids[1]}`, { assigned_to: 'maria' });
    expect(body.assigned_to).toBe('maria');
    expect(await list('?assigned_to=maria')).toEqual([ids[1]]);
    expect(await list('?assigned_to=')).toEqual([ids[0], ids[2]]);
    await chat.send({ message: 'Hello?' });
    expect(await list('?unread=true')).toEqual([ids[0]]);
    await workspace.patch(`/inbox/${ids[0]}`, { read: true, closed: true });
    expect(await list('?unread=true')).toEqual([]);
    expect(await list('?closed=true')).toEqual([ids[0]]);
    await chat.send({ message: 'Still there?' });
    expect(await list(`?agent=${agent}`)).toEqual(ids);
    const limited = await workspace.withRole('editor', [
      (await workspace.post('/agents', { name: 'B' })).body.id,
    ]);
    expect((await limited.get('/inbox')).body.data).toEqual([]);
    expect((await limited.patch(`/inbox/${ids[0]}`, { read: true })).status).toBe(404);
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.get('/inbox')).body.data[0]).toMatchObject({
      last_message: null,
      reason: null,
    });
  });
});
