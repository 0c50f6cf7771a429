import { and, asc, eq } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { run_steps } from '../../db/schema/runs.ts';

export type SpanRow = typeof run_steps.$inferSelect;

export const insertSpan = compileByColumns<SpanRow>((db, row) => db.insert(run_steps).values(row));

export const selectSpans = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(run_steps)
    .where(and(eq(run_steps.workspace_id, workspace_id), eq(run_steps.run_id, run_id)))
    .orderBy(asc(run_steps.ordinal));
