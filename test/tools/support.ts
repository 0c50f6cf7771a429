import type { Answer, Workspace } from '../support/api.ts';
import type { Site } from '../support/outbound.ts';

/** Looks like a credential; must not appear in any response or row. */
export const canary = 'sk-canary-0123456789abcdef';

export const json = { 'content-type': 'application/json' };

/** The body that creates a tool which reads an order. */
export const draft = (url: string, more: object = {}) => ({
  name: 'get_order',
  description: 'An order by its number.',
  effect: 'read',
  url,
  input_schema: {
    type: 'object',
    properties: { order: { type: 'string' }, limit: { type: 'integer' } },
    required: ['order'],
  },
  ...more,
});

export const withPath = (site: Site) => draft(site.url('/orders/{order}?limit={limit}'));

/** The response of `POST /tools/{id}/test`. */
export const test = async (
  workspace: Workspace,
  id: string,
  input: object,
): Promise<Answer['body']> => (await workspace.post(`/tools/${id}/test`, { input })).body;
