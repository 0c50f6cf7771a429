import { describe, expect, it } from 'vitest';
import { newChat } from '../support/chat.ts';

describe('a run that a budget refuses', () => {
  it('counts as refused and not as an error', async () => {
    const { workspace, agent, send } = await newChat({ rounds: [] });
    await workspace.put('/prices', {
      overrides: [{ model: 'openai-compatible/scripted', input: 1000, output: 1000 }],
    });
    await workspace.post('/budgets', {
      name: 'Small',
      scope: 'workspace',
      period: 'day',
      limit_usd: 0.001,
    });
    expect((await send({ message: 'Hello?' })).body.code).toBe('budget_exceeded');
    const { performance } = (await workspace.get(`/agents/${agent}/analytics`)).body.totals;
    expect([performance.error_rate, performance.runs_by_status]).toEqual([0, { refused: 1 }]);
  });
});
