import type { Answer, Workspace } from '../support/api.ts';
import type { Site } from '../support/outbound.ts';

/** Looks like a credential and is searched for where none may be. */
export const canary = 'sk-canary-0123456789abcdef';

export const json = { 'content-type': 'application/json' };

/** The body that makes a tool which reads an order. */
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

/** What a call by `POST /tools/{id}/test` came to. */
export const test = async (
  workspace: Workspace,
  id: string,
  input: object,
): Promise<Answer['body']> => (await workspace.post(`/tools/${id}/test`, { input })).body;
