import { exports } from 'cloudflare:workers';
import { DefaultChatTransport, readUIMessageStream, type UIMessage, type UIMessageChunk } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { type Chat, newChat } from '../../support/chat.ts';
import type { Round } from '../../support/provider/script.ts';

const answer: Round = {
  text: ['Hel', 'lo ', 'there'],
  usage: { input_tokens: 10, output_tokens: 3 },
};
const slowly: Round = { ...answer, fault: { kind: 'drip', bytes: 100, ms: 40 } };

/** Returns the AI SDK's transport as `useChat` creates it, with the worker instead of the network. */
const transportOf = ({ workspace }: Chat) =>
  new DefaultChatTransport({
    api: 'http://agentgrid.test/api/v1/chat',
    headers: { authorization: `Bearer ${workspace.key}` },
    fetch: (input, init) => exports.default.fetch(new Request(input as string, init)),
  });

const userMessage = (text: string, id: string = crypto.randomUUID()): UIMessage => ({
  id,
  role: 'user',
  parts: [{ type: 'text', text }],
});

const send = (
  chat: Chat,
  messages: UIMessage[],
  more: { trigger?: 'regenerate-message'; messageId?: string } = {},
) =>
  transportOf(chat).sendMessages({
    chatId: chat.session,
    messages,
    trigger: more.trigger ?? 'submit-message',
    messageId: more.messageId,
    abortSignal: undefined,
  });

async function lastOf(stream: ReadableStream<UIMessageChunk>): Promise<UIMessage | undefined> {
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream })) last = message;
  return last;
}

const textOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('the AI SDK’s chat transport', () => {
  it('sends, regenerates and edits over several messages', async () => {
    const chat = await newChat({ rounds: [answer], repeat: true });
    const question = userMessage('Hello?');
    const first = await lastOf(await send(chat, [question]));
    expect(textOf(first)).toBe('Hello there');
    const second = await lastOf(
      await send(chat, [question, first as UIMessage, userMessage('And now?')]),
    );
    expect(second?.id).not.toBe(first?.id);
    const anew = await lastOf(
      await send(chat, [question], { trigger: 'regenerate-message', messageId: second?.id ?? '' }),
    );
    expect(textOf(anew)).toBe('Hello there');
    const { data } = (await chat.workspace.get(`/sessions/${chat.session}/messages`)).body;
    expect(data.map(({ id }: { id: string }) => id)).toContain(anew?.id);
    expect(data.map(({ id }: { id: string }) => id)).not.toContain(second?.id);
    expect(data.map(({ text }: { text: string }) => text)).toEqual([
      'Hello there',
      'And now?',
      'Hello there',
      'Hello?',
    ]);
    const last = await lastOf(await send(chat, [], { trigger: 'regenerate-message' }));
    expect(textOf(last)).toBe('Hello there');
    const edited = await lastOf(
      await send(chat, [userMessage('Other?')], { messageId: data[1].id }),
    );
    expect(textOf(edited)).toBe('Hello there');
    const shown = (await chat.workspace.get(`/sessions/${chat.session}/messages`)).body.data;
    expect(shown.map(({ text }: { text: string }) => text)).toEqual([
      'Hello there',
      'Other?',
      'Hello there',
      'Hello?',
    ]);
  });

  it('edits and regenerates messages whose ids the client generated', async () => {
    const chat = await newChat({ rounds: [answer], repeat: true });
    const [question, more] = [userMessage('First?'), userMessage('Second?')];
    const first = (await lastOf(await send(chat, [question]))) as UIMessage;
    await lastOf(await send(chat, [question, first, more]));
    const shown = async () =>
      (await chat.workspace.get(`/sessions/${chat.session}/messages`)).body.data
        .map(({ text }: { text: string }) => text)
        .toReversed();
    const edit = (text: string, id: string, before: UIMessage[]) =>
      send(chat, [...before, userMessage(text, id)], { messageId: id });
    await lastOf(await edit('Second, edited?', more.id, [question, first]));
    expect(await shown()).toEqual(['First?', 'Hello there', 'Second, edited?', 'Hello there']);
    await lastOf(
      await send(chat, [question, first, more], {
        trigger: 'regenerate-message',
        messageId: more.id,
      }),
    );
    expect(await shown()).toEqual(['First?', 'Hello there', 'Second, edited?', 'Hello there']);
    await lastOf(await edit('First, edited?', question.id, []));
    expect(await shown()).toEqual(['First, edited?', 'Hello there']);
    const sent = JSON.stringify((await chat.provider.requests()).at(-1)?.body);
    expect([sent.includes('First, edited?'), sent.includes('Second')]).toEqual([true, false]);
    await expect(edit('Whose?', 'another', [userMessage('Who?')])).rejects.toThrow('messageId');
  });

  it('resumes the active run after a reconnect, and returns nothing without one', async () => {
    const chat = await newChat({ rounds: [slowly] });
    const reconnect = () => transportOf(chat).reconnectToStream({ chatId: chat.session });
    expect(await reconnect()).toBeNull();
    const reader = (await send(chat, [userMessage('Hello?')])).getReader();
    await reader.read();
    await reader.cancel();
    const resumed = await reconnect();
    expect(textOf(await lastOf(resumed as ReadableStream<UIMessageChunk>))).toBe('Hello there');
    await vi.waitUntil(async () => (await reconnect()) === null, { timeout: 150_000 });
  });

  it('accepts a version and attachments in the body', async () => {
    const chat = await newChat({ rounds: [answer], repeat: true });
    await chat.workspace.patch(`/agents/${chat.agent}`, { config: { instructions: 'Second.' } });
    const upload = { name: 'note.txt', text: 'Teapots are green.' };
    const file = (await chat.workspace.post(`/sessions/${chat.session}/attachments`, upload)).body
      .data[0].id;
    const post = (more: object) =>
      chat.workspace.post('/chat', { id: chat.session, messages: [userMessage('Hi')], ...more });
    expect((await post({ version: 1, attachments: [file] })).status).toBe(200);
    const sent = JSON.stringify((await chat.provider.requests()).at(-1));
    expect(sent).toContain('Teapots are green.');
    expect(sent).not.toContain('Second.');
    expect((await post({ colour: 'red' })).status).toBe(422);
    const anew = await post({ trigger: 'regenerate-message', attachments: [file] });
    expect([anew.status, anew.body.errors[0].pointer]).toEqual([422, '/attachments']);
  });

  it('returns 422 with the position for invalid messages', async () => {
    const chat = await newChat({ rounds: [] });
    const post = (messages: unknown, more: object = {}) =>
      chat.workspace.post('/chat', { id: chat.session, messages, ...more });
    const file = {
      id: '1',
      role: 'user',
      parts: [{ type: 'file', url: 'data:,x', mediaType: 'text/plain' }],
    };
    for (const messages of [
      [],
      [{ ...userMessage(' ') }],
      [{ ...userMessage('Hi'), role: 'assistant' }],
      [file],
    ]) {
      const refused = await post(messages);
      expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/messages']);
    }
    const empty = await post([], { trigger: 'regenerate-message' });
    expect([empty.status, empty.body.errors[0].pointer]).toEqual([422, '/trigger']);
    const foreign = await post([userMessage('Hi')], {
      trigger: 'regenerate-message',
      messageId: 'msg_01kajv2q5ve0mt8h2vj3c6x7ra',
    });
    expect(foreign.status).toBe(404);
    expect(await chat.provider.requests()).toEqual([]);
  });
});
