import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Workspace } from './api.ts';
import { created } from './knowledge-states.ts';

type Values = Readonly<Record<string, string>>;

const newDataset = async (workspace: Workspace): Promise<string> =>
  (await created(workspace, '/datasets', { name: `Seed ${crypto.randomUUID()}` })).id;

/** A turn that nobody has reviewed. */
async function newTurn(workspace: Workspace, agent: string): Promise<string> {
  const { id } = await created(workspace, `/agents/${agent}/sessions`, {});
  const message = { message: 'When does the shop open?' };
  return (await created(workspace, `/sessions/${id}/messages`, message)).id;
}

/** A dataset that can be evaluated. */
async function newFilledDataset(workspace: Workspace): Promise<string> {
  const dataset = await newDataset(workspace);
  const data = [{ input: 'Is it open on Sunday?', expected: { answer: 'From ten.' } }];
  await created(workspace, `/datasets/${dataset}/cases`, { data });
  return dataset;
}

/** An evaluation that has ended, and then has the status. */
async function newEvaluation(
  workspace: Workspace,
  agent: string,
  status = 'completed',
): Promise<string> {
  const dataset = await newFilledDataset(workspace);
  const body = { agent, scorers: [{ type: 'contains' }] };
  const { body: started } = await workspace.post(`/datasets/${dataset}/evaluations`, body);
  const id = started.id as string;
  await vi.waitUntil(
    async () => (await workspace.get(`/evaluations/${id}`)).body.status !== 'running',
    { timeout: 150_000, interval: 50 },
  );
  await env.DB.prepare('update evaluations set status = ? where id = ?').bind(status, id).run();
  return id;
}

export const evaluationRecipes = [
  {
    needs: 'POST /api/v1/datasets/{dataset}/evaluations',
    gives: ['eval'],
    from: ['agent'],
    make: async (workspace: Workspace, { agent = '' }: Values): Promise<Values> => ({
      eval: await newEvaluation(workspace, agent),
    }),
  },
  {
    needs: 'POST /api/v1/datasets/{dataset}/cases',
    gives: ['dataset', 'case'],
    make: async (workspace: Workspace): Promise<Values> => {
      const dataset = await newDataset(workspace);
      const data = [{ input: 'Is it open on Sunday?', expected: { answer: 'From ten.' } }];
      const cases = await created(workspace, `/datasets/${dataset}/cases`, { data });
      return { dataset, case: cases.data[0].id };
    },
  },
  {
    needs: 'POST /api/v1/review-items',
    gives: ['review_item'],
    from: ['agent'],
    make: async (workspace: Workspace, { agent = '' }: Values): Promise<Values> => {
      const message_id = await newTurn(workspace, agent);
      const { id } = await created(workspace, '/review-items', { message_id });
      await created(workspace, `/review-items/${id}/verdicts`, { verdict: 'good' });
      return { review_item: id };
    },
  },
  {
    needs: 'POST /api/v1/agents/{agent}/review-rules',
    gives: ['review_rule'],
    from: ['agent'],
    make: async (workspace: Workspace, { agent }: Values): Promise<Values> => {
      const about = { name: 'Seed', condition: { type: 'down_voted' } };
      return {
        review_rule: (await created(workspace, `/agents/${agent}/review-rules`, about)).id,
      };
    },
  },
];

/** Values of an operation of datasets or reviews, which refuse the same thing twice; null for other operations. */
export async function freshEvaluation(
  name: string,
  workspace: Workspace,
  { agent }: Values,
): Promise<Values | null> {
  switch (name) {
    case 'POST /api/v1/datasets/{dataset}/cases':
    case 'POST /api/v1/datasets/{dataset}/import':
    case 'POST /api/v1/messages/{message}/cases':
    case 'POST /api/v1/review-items/{review_item}/case':
      return { dataset: await newDataset(workspace) };
    case 'POST /api/v1/review-items': {
      const own = agent ?? (await created(workspace, '/agents', { name: 'Seed' })).id;
      return { message: await newTurn(workspace, own) };
    }
    case 'POST /api/v1/datasets/{dataset}/evaluations': {
      const own = agent ?? (await created(workspace, '/agents', { name: 'Seed' })).id;
      return { agent: own, dataset: await newFilledDataset(workspace) };
    }
    case 'POST /api/v1/evaluations/{eval}/cancel':
    case 'POST /api/v1/evaluations/{eval}/resume': {
      const own = agent ?? (await created(workspace, '/agents', { name: 'Seed' })).id;
      const status = name.endsWith('/cancel') ? 'running' : 'cancelled';
      return { eval: await newEvaluation(workspace, own, status) };
    }
    default:
      return null;
  }
}
