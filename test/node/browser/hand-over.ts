import { describe, it } from 'vitest';
import { violations } from './axe.ts';
import { addressOf, answers, embed, field, send } from './chat.ts';
import type { Stage } from './stage.ts';

/** The session that waits for a person. */
const waiting = async ({ api }: Pick<Stage, 'api'>): Promise<string> =>
  (await api.call<{ data: { session_id: string }[] }>('GET', '/inbox')).data[0]?.session_id ?? '';

interface Awaited {
  readonly run_id: string;
  readonly tool_call_id: string;
  readonly digest: string;
}

export function handOverTests(stage: () => Stage): void {
  describe.concurrent('a conversation with a person', () => {
    it('begins in the widget, continues after a reload, and returns to the agent', async ({
      expect,
    }) => {
      const own = await stage().apart();
      const { id } = await own.agent([{ text: ['I am the agent.'] }], {
        hand_over: { by_end_user: true },
      });
      const { page, faults } = await stage().page();
      await page.goto(embed(stage(), addressOf(await own.link(id)), 'data-open'));
      await send(page, 'Hi');
      await answers(page).getByText('I am the agent.').waitFor();
      await page.getByRole('button', { name: 'Talk to a person' }).click();
      await page.getByText('A person has been notified and will answer here.').waitFor();
      await send(page, 'Where is my order?');
      await expect.poll(() => page.getByRole('button', { name: 'Send' }).count()).toBe(1);
      await page.reload();
      await page.getByRole('article', { name: 'You' }).getByText('Where is my order?').waitFor();
      await page.getByText('A person has been notified and will answer here.').waitFor();
      await expect.poll(() => answers(page).count()).toBe(1);
      const session = await waiting(own);
      const json = { text: 'It was sent today.', author_name: 'Maria' };
      await own.api.call('POST', `/sessions/${session}/replies`, { json });
      const reply = page.getByRole('article', { name: 'Maria' });
      await reply.getByText('It was sent today.').waitFor();
      await page.getByText('A person is answering you.').waitFor();
      await expect.poll(() => reply.getByRole('button', { name: 'Good answer' }).count()).toBe(0);
      await expect.poll(() => page.getByRole('button', { name: 'Answer again' }).count()).toBe(0);
      expect(await violations(page)).toEqual([]);
      const summary = { summary: 'The order was sent today.' };
      await own.api.call('POST', `/sessions/${session}/hand-back`, { json: summary });
      await page.getByText('The assistant is answering you again.').waitFor();
      await send(page, 'Thanks');
      await expect.poll(() => answers(page).count(), { timeout: 150_000 }).toBe(2);
      await expect
        .poll(() => page.getByText('The assistant is answering you again.').count())
        .toBe(0);
      expect(faults).toEqual([]);
      await page.close();
    });

    it('is begun by the agent on the page of a link, where replies of a person appear', async ({
      expect,
    }) => {
      const own = await stage().apart();
      const asks = { id: 'call_1', name: 'hand_over', arguments: { reason: 'Refund', note: 'A' } };
      const rounds = [{ tool_calls: [asks] }, { text: ['A colleague takes over.'] }];
      const { id } = await own.agent(rounds, { tools: ['hand_over'] });
      const { page, faults } = await stage().page();
      await page.goto(await own.link(id));
      await field(page).waitFor();
      await expect
        .poll(() => page.getByRole('button', { name: 'Talk to a person' }).count())
        .toBe(0);
      await send(page, 'I want a refund');
      await answers(page).getByText('A colleague takes over.').waitFor();
      await page.getByText('A person has been notified and will answer here.').waitFor();
      const json = { text: 'The refund is on its way.' };
      await own.api.call('POST', `/sessions/${await waiting(own)}/replies`, { json });
      await page.getByRole('article', { name: 'Support' }).getByText('on its way').waitFor();
      await page.reload();
      await page.getByText('A person is answering you.').waitFor();
      expect(faults).toEqual([]);
      await page.close();
    });

    it('says that an answer waits for an approval, and shows it after that', async ({ expect }) => {
      const own = await stage().apart();
      const origin = stage()
        .serve('/orders', '{}')
        .replace(/\/orders$/, '');
      await own.api.call('POST', '/tools', {
        json: {
          ...{ name: 'cancel_order', description: 'Cancels an order.', effect: 'destructive' },
          ...{ method: 'DELETE', url: `${origin}/orders`, input_schema: { type: 'object' } },
        },
      });
      const asked = { id: 'call_1', name: 'cancel_order', arguments: {} };
      const rounds = [{ tool_calls: [asked] }, { text: ['It is cancelled.'] }];
      const { id } = await own.agent(rounds, { tools: ['cancel_order'] });
      const { page, faults } = await stage().page();
      await page.goto(await own.link(id));
      await send(page, 'Cancel my order');
      await page.getByText('Somebody has to approve this first.').waitFor();
      await expect.poll(() => page.getByText('The answer is complete.').count()).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.reload();
      await page.getByText('Somebody has to approve this first.').waitFor();
      const [call] = (await own.api.call<{ data: Awaited[] }>('GET', '/approvals')).data;
      const { run_id, tool_call_id, digest } = call as Awaited;
      const decided = { type: 'approval', tool_call_id, digest, decision: 'approve' };
      await own.api.call('POST', `/runs/${run_id}/actions`, { json: { actions: [decided] } });
      await answers(page).getByText('It is cancelled.').waitFor();
      await page.getByText('Somebody has to approve this first.').waitFor({ state: 'detached' });
      expect(faults).toEqual([]);
      await page.close();
    });
  });
}
