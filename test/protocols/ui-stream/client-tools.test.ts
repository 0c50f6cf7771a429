import type { UIMessage } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { newChat } from '../../support/chat.ts';
import { asks, clock, locate, pick, says } from '../../support/waiting.ts';
import { openChat, type PlainChat, type ToolCall } from './use-chat.ts';

const settled = (chat: PlainChat, count: number, requests: readonly unknown[]) =>
  vi.waitUntil(() => chat.status === 'ready' && requests.length >= count, { timeout: 150_000 });
const textOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('client tools of useChat', () => {
  it('are called with onToolCall, answered with addToolOutput, and the answer continues automatically', async () => {
    const chat = await newChat(
      { rounds: [asks(locate, clock, pick), says] },
      { config: { tools: ['current_time'] } },
    );
    const called: ToolCall[] = [];
    const ui = openChat(chat, (client, { toolName, toolCallId, dynamic }) => {
      called.push({ toolName, toolCallId, ...(dynamic === undefined ? {} : { dynamic }) });
      if (dynamic === true) return;
      void client.addToolOutput(
        toolName === 'get_location'
          ? { tool: toolName, toolCallId, output: { city: 'Zurich' } }
          : { state: 'output-error', tool: toolName, toolCallId, errorText: 'The user closed it.' },
      );
    });
    await ui.chat.sendMessage({ text: 'Where am I?' });
    await settled(ui.chat, 2, ui.requests);
    expect(ui.errors).toEqual([]);
    expect(called).toEqual([
      { toolName: 'get_location', toolCallId: 'call_1' },
      { toolName: 'current_time', toolCallId: 'call_3', dynamic: true },
      { toolName: 'pick_colour', toolCallId: 'call_2' },
    ]);
    const { messages } = ui.chat;
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
    const answer = messages[1];
    expect(textOf(answer)).toContain('You are in Zurich.');
    expect(
      answer?.parts.flatMap((part) => ('toolCallId' in part ? [[part.type, part.state]] : [])),
    ).toEqual([
      ['tool-get_location', 'output-available'],
      ['dynamic-tool', 'output-available'],
      ['tool-pick_colour', 'output-error'],
    ]);
    // There is one run, and its message has the id that the client received.
    const stored = (await chat.workspace.get(`/sessions/${chat.session}/messages`)).body.data;
    expect(stored[0]).toMatchObject({ id: answer?.id, run: { status: 'completed' } });
    expect((await chat.workspace.get('/runs')).body.data).toHaveLength(1);
    const sent = JSON.stringify((await chat.provider.requests())[1]?.body);
    expect([sent.includes('Zurich'), sent.includes('The user closed it.')]).toEqual([true, true]);
    expect(ui.requests).toHaveLength(2);
  });

  it('can be called several times, followed by a message of the user', async () => {
    const rounds = [asks(locate), asks({ ...pick, id: 'call_5' }), says, { text: ['Bye.'] }];
    const chat = await newChat({ rounds });
    const ui = openChat(chat, (client, { toolName: tool, toolCallId }) => {
      void client.addToolOutput({ tool, toolCallId, output: 'here' });
    });
    await ui.chat.sendMessage({ text: 'Where am I?' });
    await settled(ui.chat, 3, ui.requests);
    await ui.chat.sendMessage({ text: 'Thanks.' });
    await settled(ui.chat, 4, ui.requests);
    expect(ui.errors).toEqual([]);
    expect(ui.chat.messages).toHaveLength(4);
    expect(textOf(ui.chat.messages[3])).toBe('Bye.');
  });

  it('wait for a client that reconnects, which receives the calls again', async () => {
    const chat = await newChat({ rounds: [asks(locate), says] });
    const first = openChat(chat, () => undefined);
    await first.chat.sendMessage({ text: 'Where am I?' });
    await settled(first.chat, 1, first.requests);
    expect(first.requests).toHaveLength(1);
    const second = openChat(chat, (client, { toolName: tool, toolCallId }) => {
      void client.addToolOutput({ tool, toolCallId, output: 'here' });
    });
    second.chat.messages = first.chat.messages.slice(0, 1);
    await second.chat.resumeStream();
    await settled(second.chat, 2, second.requests);
    expect(second.errors).toEqual([]);
    expect(textOf(second.chat.messages[1])).toContain('You are in Zurich.');
    expect(second.chat.messages[1]?.id).toBe(first.chat.messages[1]?.id);
  });

  it('return an error for an invalid result, without repeated requests', async () => {
    const chat = await newChat({ rounds: [asks(locate), says] });
    const ui = openChat(chat, (client, { toolName: tool, toolCallId }) => {
      void client.addToolOutput({ tool, toolCallId, output: 'x'.repeat(60_000) });
    });
    await ui.chat.sendMessage({ text: 'Where am I?' });
    await vi.waitUntil(() => ui.errors.length > 0, { timeout: 150_000 });
    expect(ui.errors[0]?.message).toContain('call_1');
    expect(ui.requests).toHaveLength(2);
    const [run] = (await chat.workspace.get('/runs')).body.data;
    expect(run.status).toBe('requires_action');
    const post = (messages: unknown) =>
      chat.workspace.post('/chat', { id: chat.session, messages });
    const part = { type: 'tool-get_location', toolCallId: 'call_1', input: {} };
    const answer = (parts: object[]) => [{ id: 'x', role: 'assistant', parts }];
    const none = await post(answer([{ ...part, state: 'input-available' }]));
    expect([none.status, none.body.errors?.[0]?.pointer]).toEqual([422, '/messages']);
    const results = answer([{ ...part, state: 'output-available', output: 1 }]);
    expect((await post(results)).status).toBe(200);
    const late = await post([{ ...results[0], id: ui.chat.messages[1]?.id }]);
    expect([late.status, late.body.code]).toEqual([409, 'conflict']);
  });
});
