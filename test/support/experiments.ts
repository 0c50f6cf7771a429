import type { Workspace } from './api.ts';
import { created } from './knowledge-states.ts';

/** An experiment of an agent of its own, as a draft or started, with the last of its three variants. */
export async function newExperiment(workspace: Workspace, status: 'draft' | 'running' | 'paused') {
  const name = `Seed ${crypto.randomUUID().slice(0, 8)}`;
  const agent = (await created(workspace, '/agents', { name })).id;
  for (const instructions of ['Answer briefly.', 'Answer in verse.'])
    await created(workspace, `/agents/${agent}/versions`, { config: { instructions } });
  const { id, variants } = await created(workspace, `/agents/${agent}/experiments`, {
    name,
    primary_metric: { metric: 'success' },
    variants: [
      { name: 'control', version: 1, weight: 50, is_control: true },
      { name: 'brief', version: 2, weight: 25 },
      { name: 'verse', version: 3, weight: 25 },
    ],
  });
  if (status !== 'draft') await created(workspace, `/experiments/${id}/start`, {});
  if (status === 'paused') await created(workspace, `/experiments/${id}/pause`, {});
  return { experiment: id as string, variant: variants[2].id as string };
}
