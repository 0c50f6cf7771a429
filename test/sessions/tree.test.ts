import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { type Chat, newChat, openStream, readFrames, textOf } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';

const says = (...text: string[]): Round => ({
  text,
  usage: { input_tokens: 10, output_tokens: 3 },
});
const slowly: Round = {
  ...says('one ', 'two ', 'three'),
  fault: { kind: 'drip', bytes: 100, ms: 40 },
};

// biome-ignore lint/suspicious/noExplicitAny: tests look at the wire, whatever it is.
const messagesOf = async ({ workspace, session }: Chat, query = ''): Promise<any[]> =>
  (await workspace.get(`/sessions/${session}/messages?limit=100${query}`)).body.data;
const textsOf = async (chat: Chat, query = '') =>
  (await messagesOf(chat, query)).map(({ text }) => text).toReversed();

describe('regenerating', () => {
  it('adds a second answer beside the first', async () => {
    const chat = await newChat({ rounds: [says('First.'), says('Second.'), says('Third.')] });
    const first = (await chat.send({ message: 'Hello?' })).body;
    const second = await chat.workspace.post(`/messages/${first.id}/regenerate`);
    expect([second.status, second.body.text, second.body.parent_id]).toEqual([
      200,
      'Second.',
      first.parent_id,
    ]);
    // A message of the user is its own question.
    const third = (
      await chat.workspace.post(`/messages/${first.parent_id}/regenerate`, { version: '1' })
    ).body;
    expect(await textsOf(chat)).toEqual(['Hello?', 'Third.']);
    const all = await messagesOf(chat, '&branch=all');
    expect(all.map(({ seq, text }) => [seq, text])).toEqual([
      [4, 'Third.'],
      [3, 'Second.'],
      [2, 'First.'],
      [1, 'Hello?'],
    ]);
    expect(all.map(({ siblings }) => siblings)).toEqual([
      { position: 3, count: 3, previous_id: second.body.id, next_id: null },
      { position: 2, count: 3, previous_id: first.id, next_id: third.id },
      { position: 1, count: 3, previous_id: null, next_id: second.body.id },
      { position: 1, count: 1, previous_id: null, next_id: null },
    ]);
    const usage = await env.DB.prepare(
      "select count(*) n from usage where workspace_id = ? and operation = 'answer'",
    )
      .bind(chat.workspace.id)
      .first('n');
    expect(usage).toBe(3);
  });

  it('sends the model the messages before the question, and none after it', async () => {
    const chat = await newChat({ rounds: [says('One.')], repeat: true });
    const first = (await chat.send({ message: 'First?' })).body;
    await chat.send({ message: 'Second?' });
    await chat.workspace.post(`/messages/${first.id}/regenerate`);
    const bodies = JSON.stringify((await chat.provider.requests()).at(-1));
    expect(bodies).toContain('First?');
    expect(bodies).not.toContain('Second?');
    expect(bodies).not.toContain('One.');
    await chat.send({ message: 'Third?' });
    expect(await textsOf(chat)).toEqual(['First?', 'One.', 'Third?', 'One.']);
  });

  it('sends the model all earlier messages, also when the cached branch is shorter', async () => {
    const chat = await newChat({ rounds: [says('Yes.')], repeat: true });
    for (let turn = 1; turn <= 20; turn += 1) await chat.send({ message: `Question ${turn}?` });
    const all = await messagesOf(chat);
    for (const seq of [16, 18, 20, 24]) {
      const { id } = all.find((message) => message.seq === seq);
      const { run } = (await chat.workspace.post(`/messages/${id}/regenerate`)).body;
      const { context } = (await chat.workspace.get(`/runs/${run.id}`)).body;
      expect([seq, context.messages.included, context.messages.omitted]).toEqual([seq, seq - 2, 0]);
      await chat.workspace.patch(`/sessions/${chat.session}`, { active_message_id: all[0].id });
      await chat.workspace.get(`/sessions/${chat.session}`);
      await chat.send({ message: 'And now?' });
    }
  });

  it('streams, and runs once per idempotency key', async () => {
    const chat = await newChat({ rounds: [says('First.'), slowly] });
    const first = (await chat.send({ message: 'Hello?' })).body;
    const path = `/messages/${first.id}/regenerate`;
    const options = { json: {}, headers: { 'idempotency-key': 'again' } };
    const streams = await Promise.all(
      [1, 2, 3].map(() => openStream(chat.workspace, 'POST', path, options)),
    );
    const heard = await Promise.all(streams.map((stream) => readFrames(stream)));
    for (const frames of heard) expect(textOf(frames)).toBe('one two three');
    const json = await chat.workspace.post(path, {}, { headers: { 'idempotency-key': 'again' } });
    expect([json.body.text, json.headers.get('idempotent-replayed')]).toEqual([
      'one two three',
      'true',
    ]);
    expect(await messagesOf(chat, '&branch=all')).toHaveLength(3);
  });

  it('restores the active branch when it fails, and can be retried with its key', async () => {
    const fails: Round = { fault: { kind: 'status', status: 400 } } as Round;
    const chat = await newChat({
      rounds: [says('First.'), says('Then.'), fails, says('At last.')],
    });
    const first = (await chat.send({ message: 'Hello?' })).body;
    await chat.send({ message: 'And then?' });
    const before = await textsOf(chat);
    const headers = { 'idempotency-key': 'again' };
    const failed = await chat.workspace.post(`/messages/${first.id}/regenerate`, {}, { headers });
    expect(failed.status).toBeGreaterThanOrEqual(400);
    expect(await textsOf(chat)).toEqual(before);
    const again = await chat.workspace.post(`/messages/${first.id}/regenerate`, {}, { headers });
    expect([again.status, again.body.text]).toEqual([200, 'At last.']);
    expect(await textsOf(chat)).toEqual(['Hello?', 'At last.']);
  });

  it("returns 404 for messages of another workspace and of another runtime key's session", async () => {
    const chat = await newChat({ rounds: [says('First.')], repeat: true });
    const { id } = (await chat.send({ message: 'Hello?' })).body;
    const runtime = await chat.workspace.withRole('runtime');
    for (const caller of [await newWorkspace(), runtime]) {
      expect((await caller.post(`/messages/${id}/regenerate`)).status).toBe(404);
      expect((await caller.post(`/messages/${id}/edit`, { message: 'x' })).status).toBe(404);
    }
  });
});

describe('editing', () => {
  it('adds a sibling of the original question', async () => {
    const chat = await newChat({ rounds: [says('A'), says('B'), says('C'), says('D')] });
    await chat.send({ message: 'First?' });
    const second = (await chat.send({ message: 'Second?' })).body;
    const edited = (
      await chat.workspace.post(`/messages/${second.parent_id}/edit`, { message: 'Other?' })
    ).body;
    expect(edited.text).toBe('C');
    expect(await textsOf(chat)).toEqual(['First?', 'A', 'Other?', 'C']);
    const [, question] = await messagesOf(chat);
    expect(question.siblings).toMatchObject({
      position: 2,
      count: 2,
      previous_id: second.parent_id,
    });
    // Also the first message, which has no parent.
    const [root] = (await messagesOf(chat)).toReversed();
    await chat.workspace.post(`/messages/${root.id}/edit`, { message: 'From the start?' });
    expect(await textsOf(chat)).toEqual(['From the start?', 'D']);
  });

  it('is accepted for questions only', async () => {
    const chat = await newChat({ rounds: [says('A')] });
    const { id } = (await chat.send({ message: 'First?' })).body;
    const { status, body } = await chat.workspace.post(`/messages/${id}/edit`, { message: 'Mine' });
    expect([status, body.code]).toEqual([409, 'conflict']);
  });
});

describe('the active branch', () => {
  it('is selected by any of its messages, and continues from its newest', async () => {
    const chat = await newChat({ rounds: [says('A')], repeat: true });
    const { workspace, session } = chat;
    const first = (await chat.send({ message: 'First?' })).body;
    const last = (await chat.send({ message: 'Second?' })).body;
    await workspace.post(`/messages/${first.id}/regenerate`);
    expect(await textsOf(chat)).toEqual(['First?', 'A']);
    const { body } = await workspace.patch(`/sessions/${session}`, { active_message_id: first.id });
    expect(body.active_message_id).toBe(last.id);
    expect(await textsOf(chat)).toEqual(['First?', 'A', 'Second?', 'A']);
    await chat.send({ message: 'Third?' });
    expect(await textsOf(chat)).toEqual(['First?', 'A', 'Second?', 'A', 'Third?', 'A']);
    const prompt = JSON.stringify((await chat.provider.requests()).at(-1));
    expect(prompt).toContain('Second?');
  });

  it('cannot be of another session, and cannot be changed while a run is active', async () => {
    const chat = await newChat({ rounds: [says('A'), slowly] });
    const { workspace, agent, session } = chat;
    const first = (await chat.send({ message: 'First?' })).body;
    const other = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
    const wrong = await workspace.patch(`/sessions/${other}`, {
      active_message_id: first.id,
      title: 'New',
    });
    expect(wrong.body.errors).toEqual([
      { pointer: '/active_message_id', detail: 'This message does not exist in this session.' },
    ]);
    expect((await workspace.get(`/sessions/${other}`)).body.title).toBeNull();
    const stream = await chat.stream({ message: 'Second?' });
    const busy = await workspace.patch(`/sessions/${session}`, { active_message_id: first.id });
    expect([busy.status, busy.body.code, busy.body.run_id]).toEqual([
      409,
      'session_busy',
      stream.headers.get('x-run-id'),
    ]);
    // A change that does not move the head is allowed while a run is active.
    expect((await workspace.patch(`/sessions/${session}`, { on_busy: 'queue' })).status).toBe(200);
    await readFrames(stream);
    expect(
      (await workspace.patch(`/sessions/${session}`, { active_message_id: first.id })).status,
    ).toBe(200);
    expect((await workspace.get(`/sessions/${session}`)).body.on_busy).toBe('queue');
  });

  it('pages through all messages and through a branch', async () => {
    const chat = await newChat({ rounds: [says('A')], repeat: true });
    for (let index = 0; index < 3; index += 1) {
      const { id } = (await chat.send({ message: `Question ${index}` })).body;
      await chat.workspace.post(`/messages/${id}/regenerate`);
    }
    for (const [branch, count] of [
      ['active', 6],
      ['all', 9],
    ] as const) {
      const seen: number[] = [];
      let cursor = '';
      do {
        const page = `/sessions/${chat.session}/messages?branch=${branch}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`;
        const { body } = await chat.workspace.get(page);
        seen.push(...body.data.map(({ seq }: { seq: number }) => seq));
        cursor = body.next_cursor ?? '';
      } while (cursor !== '');
      expect(seen).toHaveLength(count);
      expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    }
  });
});
