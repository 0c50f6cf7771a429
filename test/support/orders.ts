import { expect } from 'vitest';
import type { Workspace } from './api.ts';
import { Site } from './outbound.ts';
import type { Round, ToolCall } from './provider/script.ts';

/** HTTP tools with each effect, at a site that has the orders 7 and 8. */
export const orderTools = ['delete_order', 'change_order', 'read_order'];

export async function addOrderTools(workspace: Workspace): Promise<Site> {
  const site = new Site();
  const parameters = {
    type: 'object',
    properties: { order: { type: 'string' } },
    required: ['order'],
  };
  for (const [name, effect, method] of [
    ['delete_order', 'destructive', 'DELETE'],
    ['change_order', 'write', 'POST'],
    ['read_order', 'read', 'GET'],
  ]) {
    const url = site.url('/orders/{order}');
    const tool = { name, description: 'An order.', effect, method, url, input_schema: parameters };
    expect((await workspace.post('/tools', tool)).status).toBe(201);
  }
  for (const order of ['7', '8'])
    await site.answers(`/orders/${order}`, {
      body: '{"ok":true}',
      headers: { 'content-type': 'application/json' },
    });
  return site;
}

/** Returns the URLs of the orders that were deleted. */
export const deletedAt = async (site: Site): Promise<string[]> =>
  (await site.calls()).filter(({ method }) => method === 'DELETE').map(({ url }) => url);

export const remove: ToolCall = {
  id: 'call_1',
  name: 'delete_order',
  arguments: { order: '7' },
};
export const asks = (...tool_calls: ToolCall[]): Round => ({
  ...{ text: ['One moment.'], tool_calls },
  usage: { input_tokens: 10, output_tokens: 5 },
});
export const says: Round = { text: ['Done.'], usage: { input_tokens: 20, output_tokens: 7 } };
