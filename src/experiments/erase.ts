import { sql } from 'drizzle-orm';
import type { Ctx } from '../platform/context.ts';
import { subjectOf } from './assignment.ts';
import { deleteExperimentsOfAgent, deleteSubjectsOfAgent } from './store.ts';

/** Subjects that one statement deletes. */
const deletedAtOnce = 2000;

/** Deletes the experiments of a deleted agent with their subjects, totals and log. */
export async function eraseExperiments({ db, workspace_id }: Ctx, agent_id: string): Promise<void> {
  for (let deleted = deletedAtOnce; deleted === deletedAtOnce; )
    deleted = (await deleteSubjectsOfAgent(db, workspace_id, agent_id, deletedAtOnce)).meta.changes;
  for (const statement of deleteExperimentsOfAgent(db, workspace_id, agent_id)) await statement;
}

/**
 * Deletes the exposures of an erased end user, whose figures stay in the totals, from the experiments of one agent.
 * Returns their number.
 */
export async function eraseSubject(
  { db, workspace_id }: Ctx,
  agent_id: string,
  end_user_id: string,
): Promise<number> {
  const subject = await subjectOf(agent_id, { end_user_id, session_id: null });
  let changes = 0;
  for (const table of ['experiment_subjects', 'experiment_late_facts'].map((name) => sql.raw(name)))
    changes += (
      await db.run(sql`delete from ${table} where subject = cast(${subject} as integer)
        and experiment_id in (select id from experiments where workspace_id = ${workspace_id} and agent_id = ${agent_id})`)
    ).meta.changes;
  return changes;
}
