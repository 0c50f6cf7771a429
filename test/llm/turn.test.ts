import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';

const trips = (headers: Headers) =>
  Number(/(\d+) trips/.exec(headers.get('server-timing') ?? '')?.[1]);

/** Runs the first turn of a session of an agent without knowledge. */
async function firstTurn(workspace: Workspace, model: string, more: object = {}, how: object = {}) {
  const agent = (
    await workspace.post('/agents', {
      name: 'A',
      config: { model, knowledge: { base_ids: [] }, ...more },
    })
  ).body;
  const session = (await workspace.post(`/agents/${agent.id}/sessions`, {})).body;
  return workspace.post(`/sessions/${session.id}/messages`, { message: 'Hello?', ...how });
}

describe('a turn', () => {
  it('on a provider takes as many round trips as on the built-in model, including the first', async () => {
    const scripted = await playScript({
      rounds: [{ text: ['Hello ', 'there'], usage: { input_tokens: 9, output_tokens: 2 } }],
    });
    const workspace = await newWorkspace();
    await workspace.put('/providers/openai', { api_key: scripted.api_key });
    const turn = await firstTurn(workspace, 'openai/gpt-5-mini');
    expect(turn.body).toMatchObject({
      text: 'Hello there',
      run: {
        status: 'completed',
        usage: { input_tokens: 9, output_tokens: 2, cost_usd: 0.00000625 },
      },
    });
    const builtin = await firstTurn(await newWorkspace(), 'builtin/extractive');
    expect(builtin.status).toBe(200);
    expect(trips(turn.headers)).toBe(trips(builtin.headers));
  });

  it("fails with the error of the workspace's key, and continues with a fallback model (R49)", async () => {
    const workspace = await newWorkspace();
    await workspace.put('/providers/openai', { api_key: 'sk-nobody-knows-this-key' });
    const failed = await firstTurn(workspace, 'openai/gpt-5-mini');
    expect([failed.status, failed.body.code]).toEqual([424, 'provider_auth']);
    const scripted = await playScript({
      rounds: [{ text: ['Hi'], usage: { input_tokens: 9, output_tokens: 2 } }],
    });
    await workspace.put('/providers/anthropic', { api_key: scripted.api_key });
    const saved = await firstTurn(workspace, 'openai/gpt-5-mini', {
      fallback_models: ['groq/not-configured', 'anthropic/claude-sonnet-4-5'],
    });
    expect(saved.body).toMatchObject({ text: 'Hi', run: { status: 'completed' } });
    expect(saved.body.run.usage.cost_usd).toBeCloseTo(0.000057, 9);
  });

  it('returns Retry-After when the provider is rate limiting, with or without its header, also before a stream (R49)', async () => {
    for (const [retry_after, expected] of [
      [undefined, '10'],
      ['120', '120'],
    ] as const) {
      const fault = {
        kind: 'status' as const,
        status: 429,
        ...(retry_after === undefined ? {} : { retry_after }),
      };
      const scripted = await playScript({ rounds: Array(8).fill({ fault }) });
      const workspace = await newWorkspace();
      await workspace.put('/providers/openai', { api_key: scripted.api_key });
      for (const stream of [false, true]) {
        const { status, headers, body } = await firstTurn(
          workspace,
          'openai/gpt-5-mini',
          {},
          { stream },
        );
        expect([status, body.code, headers.get('retry-after')]).toEqual([
          429,
          'rate_limited',
          expected,
        ]);
      }
    }
  });
});
