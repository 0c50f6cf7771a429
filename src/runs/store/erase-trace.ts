import { and, eq } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { approvals } from '../../db/schema/approvals.ts';
import { code_executions, generated_files } from '../../db/schema/code.ts';
import { run_steps, runs } from '../../db/schema/runs.ts';

/**
 * Deletes what a run keeps besides its messages: trace, events, approvals, code and written files. The row with usage and
 * cost stays.
 */
export function eraseTrace(db: Db, workspace_id: string, run_id: string): Statement[] {
  const ofRun = (
    table: typeof run_steps | typeof approvals | typeof code_executions | typeof generated_files,
  ) => and(eq(table.workspace_id, workspace_id), eq(table.run_id, run_id));
  return [
    db.delete(run_steps).where(ofRun(run_steps)),
    db.delete(approvals).where(ofRun(approvals)),
    db.delete(code_executions).where(ofRun(code_executions)),
    // A task removes their content.
    db.update(generated_files).set({ expires_at: 0 }).where(ofRun(generated_files)),
    db
      .update(runs)
      .set({ events: null, context: null, generated_files: null })
      .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, run_id))),
  ];
}
