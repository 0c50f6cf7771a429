import { lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { newChat } from '../../support/chat.ts';
import { Site } from '../../support/outbound.ts';
import { asks, says } from '../../support/waiting.ts';
import { openChat } from './use-chat.ts';

/** A chat whose agent deletes an order. */
async function newDesk() {
  const call = { id: 'call_1', name: 'delete_order', arguments: { order: '7' } };
  const chat = await newChat({ rounds: [asks(call), says] });
  const site = new Site();
  await site.answers('/orders/7', { status: 204 });
  await chat.workspace.post('/tools', {
    ...{ name: 'delete_order', description: 'Deletes.', effect: 'destructive', method: 'DELETE' },
    url: site.url('/orders/{order}'),
    input_schema: {
      type: 'object',
      properties: { order: { type: 'string' } },
      required: ['order'],
    },
  });
  await chat.workspace.patch(`/agents/${chat.agent}`, { config: { tools: ['delete_order'] } });
  const ui = openChat(chat, () => undefined, {
    body: {},
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
  });
  await ui.chat.sendMessage({ text: 'Delete it.' });
  return { ...ui, site };
}

const toolPart = (messages: readonly UIMessage[]) =>
  messages.at(-1)?.parts.find(({ type }) => type === 'dynamic-tool');

describe('approvals of useChat', () => {
  it.each([
    [true, 'output-available', 1],
    [false, 'output-denied', 0],
  ])('are answered with addToolApprovalResponse, approved: %s', async (approved, state, calls) => {
    const { chat, errors, requests, site } = await newDesk();
    expect(errors).toEqual([]);
    const requested = toolPart(chat.messages);
    expect(requested).toMatchObject({
      toolName: 'delete_order',
      state: 'approval-requested',
      input: { order: '7' },
      approval: { requestReason: 'The tool has an effect that cannot be undone.' },
    });
    const id = requested?.type === 'dynamic-tool' ? (requested.approval?.id ?? '') : '';
    expect(id).toMatch(/^apr_/);
    await chat.addToolApprovalResponse({ id, approved, reason: 'Because.' });
    await vi.waitUntil(() => chat.status === 'ready' && requests.length === 2, {
      timeout: 150_000,
    });
    expect(errors).toEqual([]);
    expect(toolPart(chat.messages)).toMatchObject({ state, approval: { approved } });
    expect(chat.messages).toHaveLength(2);
    expect(await site.calls()).toHaveLength(calls);
  });
});
