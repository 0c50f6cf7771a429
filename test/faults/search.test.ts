import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { faulty } from '../support/faulty.ts';
import { playScript } from '../support/provider/client.ts';
import { requestWith } from '../support/worker.ts';

/** A base that is searched by a model that costs something, with a budget that watches. */
async function searched() {
  const workspace = await newWorkspace();
  const scripted = await playScript({ rounds: [], repeat: true });
  await workspace.put('/providers/openai', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.openai,
  });
  const { body: budget } = await workspace.post('/budgets', {
    name: 'All',
    scope: 'workspace',
    period: 'total',
    limit_usd: 1,
  });
  const { body: base } = await workspace.post('/knowledge-bases', {
    name: 'Base',
    embedding_model: 'openai/text-embedding-3-large',
  });
  return {
    workspace,
    path: `/api/v1/knowledge-bases/${base.id}/search`,
    budget: budget.id,
    scripted,
  };
}

describe('a search under a fault of any round trip', () => {
  it('is charged once when it was made, and leaves no hold (R53, R56)', async () => {
    const search = { json: { query: 'opening hours' } };
    for (const mode of ['before', 'after'] as const) {
      for (let at = 0; ; at += 1) {
        const { workspace, path, budget, scripted } = await searched();
        const { database, trips } = faulty(env.DB, { at, mode });
        await requestWith({ DB: database }, 'POST', path, workspace.key, search);
        if (trips() <= at) break;
        const calls = (await scripted.requests()).length;
        const { results } = await env.DB.prepare(
          'select cost_nano_usd as cost from usage where workspace_id = ?',
        )
          .bind(workspace.id)
          .all<{ cost: number }>();
        expect([mode, at, results.length]).toEqual([mode, at, calls]);
        const { standings } = (await workspace.get(`/budgets/${budget}/explain`)).body;
        const spent = results.reduce((sum, { cost }) => sum + cost, 0);
        expect([mode, at, standings[0].held_usd, Math.round(standings[0].spent_usd * 1e9)]).toEqual(
          [mode, at, 0, spent],
        );
      }
    }
  });
});
