import type { Ctx } from '../platform/context.ts';
import { deleteExperimentsOfAgent, deleteSubjectsOfAgent } from './store.ts';

/** Subjects that one statement deletes. */
const deletedAtOnce = 2000;

/** Deletes the experiments of a deleted agent with their subjects, totals and log. */
export async function eraseExperiments({ db, workspace_id }: Ctx, agent_id: string): Promise<void> {
  for (let deleted = deletedAtOnce; deleted === deletedAtOnce; )
    deleted = (await deleteSubjectsOfAgent(db, workspace_id, agent_id, deletedAtOnce)).meta.changes;
  for (const statement of deleteExperimentsOfAgent(db, workspace_id, agent_id)) await statement;
}
