import { describe, expect, it } from 'vitest';
import { newChat } from '../support/chat.ts';

describe('a run with a cost limit of 0', () => {
  const limits = { cost_usd: 0 };

  it('calls no priced model', async () => {
    const { workspace, provider, send } = await newChat(
      { rounds: [{ text: ['Hi.'] }] },
      { config: { limits } },
    );
    await workspace.put('/prices', {
      overrides: [{ model: 'openai-compatible/scripted', input: 1, output: 1 }],
    });
    const { body } = await send({ message: 'Hello?' });
    expect(body).toMatchObject({
      text: '',
      run: { status: 'limit_exceeded', usage: { cost_usd: 0 } },
    });
    expect(await provider.requests()).toEqual([]);
    expect((await workspace.get('/usage')).body.data).toEqual([]);
  });

  it('calls free models', async () => {
    const { workspace, send } = await newChat(
      { rounds: [{ text: ['Hi.'] }] },
      { config: { limits } },
    );
    await workspace.put('/prices', {
      overrides: [{ model: 'openai-compatible/scripted', input: 0, output: 0 }],
    });
    expect((await send({ message: 'Hello?' })).body).toMatchObject({
      text: 'Hi.',
      run: { status: 'completed' },
    });
  });
});
