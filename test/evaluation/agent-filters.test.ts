import { describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace } from '../support/api.ts';

const lists = ['/datasets', '/evaluations', '/replays', '/review-items', '/shadows'] as const;

describe('the filter `agent` of lists', () => {
  it.each(lists)('%s takes an id or a slug, and returns 404 for an unknown agent', async (list) => {
    const workspace = await newWorkspace();
    const agent = await workspace.post('/agents', { name: 'Support', slug: 'support' });
    await workspace.post('/agents', { name: 'Other', slug: 'other' });
    await workspace.post('/datasets', { name: 'Hours', agent_id: agent.body.id });
    const byId = await workspace.get(`${list}?agent=${agent.body.id}`);
    expect(byId.status).toBe(200);
    expect((await workspace.get(`${list}?agent=support`)).body).toEqual(byId.body);
    expect((await workspace.get(`${list}?agent=other`)).body.data).toEqual([]);
    if (list === '/datasets') expect(byId.body.data).toHaveLength(1);
    for (const unknown of ['suport', newId('agt')])
      expect((await workspace.get(`${list}?agent=${unknown}`)).status).toBe(404);
  });
});
