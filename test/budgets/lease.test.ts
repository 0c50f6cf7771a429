import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { deleteOldHolds, releaseLostHolds, reserve } from '../../src/budgets/index.ts';
import { contextOf, question, step } from '../llm/support.ts';
import { newWorkspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import { counters, holdsOf, putBudget, run, usageOf } from './support.ts';

const hour = 3_600_000;

describe('a hold whose host has died', () => {
  it('is released, but not while its run is alive (R52)', async () => {
    const workspace = await newWorkspace();
    const ctx = contextOf(workspace);
    const { body: agent } = await workspace.post('/agents', {
      name: 'Agent',
      config: { knowledge: { base_ids: [] } },
    });
    const { body: session } = await workspace.post(`/agents/${agent.id}/sessions`, {});
    const { body: message } = await workspace.post(`/sessions/${session.id}/messages`, {
      message: 'Hello?',
    });
    const run_id = message.run.id as string;
    await putBudget(ctx, { limit_nano_usd: 1000 });
    const spender = {
      agent_id: agent.id,
      end_user_id: null,
      run_id,
      call_key: run_id,
      model: 'openai-compatible/m',
    };
    await reserve(ctx, spender, async () => 50);
    const later = { ...ctx, now: () => Date.now() + hour };
    const lives = (status: string, lease_until: number) =>
      env.DB.prepare('update runs set status = ?, lease_until = ? where id = ?')
        .bind(status, lease_until, run_id)
        .run();
    await lives('running', later.now() + 1000);
    await releaseLostHolds(later);
    expect(await counters(workspace.id)).toMatchObject([{ held: 50 }]);
    await lives('interrupted', later.now() + 1000);
    await releaseLostHolds(later);
    expect(await counters(workspace.id)).toMatchObject([{ held: 0 }]);
    expect(await holdsOf(workspace.id)).toMatchObject([{ state: 'expired' }]);
    // A tick takes so many, and there are those of other tests.
    await vi.waitUntil(
      async () => {
        await deleteOldHolds({ ...ctx, now: () => Date.now() + 30 * 24 * hour });
        return (await holdsOf(workspace.id)).length === 0;
      },
      { interval: 1, timeout: 150_000 },
    );
  });
});

describe('a version without max_output_tokens', () => {
  it('is held for the usual answer length of its agent', async () => {
    const workspace = await newWorkspace();
    const ctx = contextOf(workspace);
    const scripted = await playScript({
      rounds: [{ text: ['Hello.'], usage: { input_tokens: 10, output_tokens: 5 } }],
      repeat: true,
    });
    await workspace.put('/providers/openai-compatible', {
      api_key: scripted.api_key,
      base_url: scripted.base_url.compatible,
    });
    await workspace.put('/prices', {
      overrides: [{ model: 'openai-compatible/m', input: 0, output: 1 }],
    });
    await putBudget(ctx, { limit_nano_usd: 1_000_000_000 });
    const heldFor = async (agent_id: string) => {
      await step(ctx, ['openai-compatible/m'], { options: question('Hello?'), agent_id });
      return (await holdsOf(workspace.id)).at(-1)?.amount;
    };
    expect(await heldFor('agent_new')).toBe(4096 * 1000);
    const rows = Array.from({ length: 100 }, (_, index) =>
      usageOf(ctx, `${workspace.id}:${index}`, index + 1, { agent_id: 'agent_known' }),
    );
    await run(
      ctx,
      rows.map(({ statement }) => statement),
    );
    expect(await heldFor('agent_known')).toBe(95 * 1000);
  });
});
