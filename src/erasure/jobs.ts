import { batch } from '../db/client.ts';
import { eraseExperiments } from '../experiments/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { JobHandler } from '../platform/job-handler.ts';
import { eraseOneOffs } from '../runs/index.ts';
import { eraseSchedules } from '../schedules/index.ts';
import { eraseSessions } from '../sessions/index.ts';
import { agentRemovals } from './store.ts';
import { eraseWorkspace } from './workspace.ts';

/**
 * Does nothing: the erased data is already inaccessible, and the operator finds the job among the
 * dead letters.
 */
const keepDeadLetter = async () => undefined;

/** Erases the data of a deleted agent except its usage. Its knowledge base has a job of its own. */
async function eraseAgent(ctx: Ctx, agent_id: string): Promise<void> {
  await eraseSchedules(ctx, agent_id);
  await eraseSessions(ctx, agent_id);
  await eraseOneOffs(ctx, agent_id);
  await eraseExperiments(ctx, agent_id);
  await batch(ctx.db, agentRemovals(ctx.db, ctx.workspace_id, agent_id));
}

type ErasureJob = 'workspace.delete' | 'agent.delete';

export const erasureJobs: { readonly [Type in ErasureJob]: JobHandler<Type> } = {
  'workspace.delete': {
    run: (ctx, { is_again }) => eraseWorkspace(ctx, is_again),
    onExhausted: keepDeadLetter,
  },
  'agent.delete': {
    run: (ctx, { agent_id }) => eraseAgent(ctx, agent_id),
    onExhausted: keepDeadLetter,
  },
};
