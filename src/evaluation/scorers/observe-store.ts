import { asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { chunks } from '../../db/schema/knowledge.ts';
import { run_steps } from '../../db/schema/runs.ts';

/** Selects the searches and tool calls of a run in their order. */
export const selectSteps = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select({
      type: run_steps.type,
      name: run_steps.name,
      parent_id: run_steps.parent_id,
      input: run_steps.input,
      output: run_steps.output,
      error: run_steps.error,
    })
    .from(run_steps)
    .where(
      sql`${run_steps.workspace_id} = ${workspace_id} and ${run_steps.run_id} = ${run_id} and ${run_steps.type} <> 'model'`,
    )
    .orderBy(asc(run_steps.ordinal));

/** A hit of a search: by the id of its chunk, or by its text where a tool returned it. */
export interface SearchedHit {
  readonly chunk_id: string | null;
  readonly text: string | null;
  readonly score: number;
}

/** Selects the passages of hits, among the files that the run has read. Hits whose files are erased give none. */
export const selectPassages = (
  db: Db,
  workspace_id: string,
  hits: readonly SearchedHit[],
  file_ids: readonly string[],
) =>
  db
    .select({
      at: sql<number>`j.key`.as('at'),
      file_id: chunks.file_id,
      chunk_id: sql<string>`${chunks.id}`.as('chunk_id'),
      text: chunks.text,
      page: chunks.page,
      score: sql<number>`j.value ->> 'score'`.as('score'),
    })
    .from(sql`json_each(${JSON.stringify(hits)}) j`)
    .innerJoin(
      chunks,
      sql`${chunks.id} = coalesce(j.value ->> 'chunk_id', (select c.id from json_each(${JSON.stringify(file_ids)}) f
        join chunks c on c.file_id = f.value where c.text = j.value ->> 'text' limit 1))`,
    )
    .where(eq(chunks.workspace_id, workspace_id))
    .orderBy(sql`j.key`);
