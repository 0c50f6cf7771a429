import type { Ctx } from '../platform/context.ts';
import { deleteSchedulesOfAgent, deleteSlotsOfAgent } from './store.ts';

/** Slots that one statement deletes. */
const deletedAtOnce = 2000;

/** Deletes the schedules of a deleted agent with their history. */
export async function eraseSchedules({ db, workspace_id }: Ctx, agent_id: string): Promise<void> {
  for (let deleted = deletedAtOnce; deleted === deletedAtOnce; )
    deleted = (await deleteSlotsOfAgent(db, workspace_id, agent_id, deletedAtOnce)).meta.changes;
  await deleteSchedulesOfAgent(db, workspace_id, agent_id);
}
