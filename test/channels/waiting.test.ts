import { describe, expect, it } from 'vitest';
import { type Line, type LineKind, newLine } from '../support/channels/lines.ts';
import { addOrderTools, asks, deletedAt, orderTools, remove } from '../support/orders.ts';
import type { Site } from '../support/outbound.ts';
import type { Round } from '../support/provider/script.ts';
import { atRest } from '../support/resources.ts';

const says = (text: string): Round => ({ text: [text] });
const needsApproval =
  'Your request needs an approval. You will receive the answer here afterwards.';
const held =
  'Your earlier request is still waiting for an approval. Your message is answered after it.';

/** A line whose agent wants to delete an order, which a person has to approve. */
async function newDesk(kind: LineKind, rounds: readonly Round[]): Promise<Line & { shop: Site }> {
  const line = await newLine(kind, rounds);
  const { workspace, channel } = line;
  const shop = await addOrderTools(workspace);
  await workspace.patch(`/agents/${channel.agent}`, { config: { tools: orderTools } });
  return Object.assign(line, { shop });
}

/** Decides about the call of the run that waits, as a member does, and lets the minute pass. */
async function decide(line: Line, decision: 'approve' | 'reject') {
  const [approval] = (await line.workspace.get('/approvals?status=pending')).body.data;
  const member = await line.workspace.withRole('editor');
  const { status, body } = await member.post(`/runs/${approval.run_id}/actions`, {
    actions: [{ type: 'approval', tool_call_id: approval.tool_call_id, decision }],
  });
  expect(status, JSON.stringify(body)).toBe(200);
  await line.tick();
  await line.settle();
}

const statusesOf = async (line: Line) =>
  (await line.deliveries()).map(({ status, notice }) => [status, notice]).toReversed();

describe.each(['slack', 'telegram', 'email', 'whatsapp', 'webhook'] as const)(
  'a run that waits in a %s channel',
  (kind) => {
    it('says so once, and its answer is sent after a member has approved', async () => {
      const line = await newDesk(kind, [asks(remove), says('Order 7 is cancelled.')]);
      await line.say({ order: 1, text: 'Cancel order 7' });
      await line.settle();
      expect(await line.shown()).toEqual([needsApproval]);
      // A repeated message and further ticks change nothing.
      await line.say({ order: 1, text: 'Cancel order 7' });
      await line.tick();
      await line.settle();
      expect(await line.shown()).toEqual([needsApproval]);
      expect(await deletedAt(line.shop)).toEqual([]);
      await decide(line, 'approve');
      expect(await deletedAt(line.shop)).toHaveLength(1);
      expect(await line.shown()).toEqual([
        needsApproval,
        expect.stringContaining('Order 7 is cancelled.'),
      ]);
      expect(await statusesOf(line)).toEqual([
        ['succeeded', needsApproval],
        ['succeeded', null],
      ]);
    });
  },
);

describe('a run that waits in a channel', () => {
  it('is answered by the agent after a member has rejected the call', async () => {
    const line = await newDesk('telegram', [asks(remove), says('I may not do that.')]);
    await line.say({ order: 1, text: 'Cancel order 7' });
    await line.settle();
    await decide(line, 'reject');
    expect((await line.shown()).at(-1)).toContain('I may not do that.');
    expect(await deletedAt(line.shop)).toEqual([]);
  });

  it('keeps later messages, which are answered after it in their order', async () => {
    const line = await newDesk('telegram', [
      asks(remove),
      says('Gone.'),
      says('One.'),
      says('Two.'),
    ]);
    await line.say({ order: 1, text: 'Cancel order 7' });
    await line.settle();
    for (const order of [3, 2]) await line.say({ order, text: `Message ${order}` });
    await line.settle();
    expect(await line.shown()).toEqual([needsApproval, held]);
    await decide(line, 'approve');
    expect((await line.shown()).slice(2)).toEqual([
      expect.stringContaining('Gone.'),
      'One.',
      'Two.',
    ]);
    const [session] = await line.sessions();
    const { data } = (await line.workspace.get(`/sessions/${session.id}/messages`)).body;
    const asked = data.filter(({ role }: { role: string }) => role === 'user').toReversed();
    expect(asked.map(({ text }: { text: string }) => text)).toEqual([
      'Cancel order 7',
      'Message 2',
      'Message 3',
    ]);
  });

  it('is cancelled by the person who takes over, to whom later messages go', async () => {
    const line = await newDesk('slack', [asks(remove), says('Back.')]);
    const { workspace } = line;
    await line.say({ order: 1, text: 'Cancel order 7' });
    await line.settle();
    await line.say({ order: 2, text: 'Hello?' });
    await line.settle();
    const [{ id }] = await line.sessions();
    await workspace.post(`/sessions/${id}/hand-over`, {});
    await line.tick();
    await line.settle();
    const [item] = (await workspace.get('/inbox')).body.data;
    expect(item).toMatchObject({ unread_count: 1, last_message: { text: 'Hello?' } });
    await workspace.post(`/sessions/${id}/replies`, { text: 'Done by hand.' });
    await line.settle();
    await workspace.post(`/sessions/${id}/hand-back`, {});
    await line.say({ order: 3, text: 'Thanks' });
    await line.settle();
    await atRest(workspace.id);
    expect((await line.shown()).slice(-2)).toEqual(['Done by hand.', 'Back.']);
  });

  it('sends the notice of its end when it was cancelled or has expired', async () => {
    const line = await newDesk('telegram', [{ tool_calls: [remove] }]);
    await line.say({ order: 1, text: 'Cancel order 7' });
    await line.settle();
    const [approval] = (await line.workspace.get('/approvals?status=pending')).body.data;
    await line.workspace.post(`/runs/${approval.run_id}/cancel`, {});
    await line.tick();
    await line.settle();
    expect(await line.shown()).toEqual([needsApproval, 'The answer was stopped.']);
  });
});
