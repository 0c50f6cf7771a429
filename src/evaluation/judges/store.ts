import { and, desc, eq, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { judge_revisions, judge_scores, judges } from '../../db/schema/judges.ts';

export type JudgeRow = typeof judges.$inferSelect;
export type JudgeRevisionRow = typeof judge_revisions.$inferSelect;

/** Maximum number of judges of a workspace. */
export const maxJudges = 200;

const own = (workspace_id: string, id: string) =>
  and(eq(judges.workspace_id, workspace_id), eq(judges.id, id));

/** Inserts a judge. Violates the NOT NULL `judges.name` when the workspace has `maxJudges`. */
export const insertJudge = (db: Db, row: JudgeRow) =>
  db.insert(judges).values({
    ...row,
    name: sql`iif((select count(*) from judges j where j.workspace_id = ${row.workspace_id}) < ${maxJudges}, ${row.name}, null)`,
  });

export const insertJudgeRevision = (db: Db, row: JudgeRevisionRow) =>
  db.insert(judge_revisions).values(row);

export const selectJudge = (db: Db, workspace_id: string, id: string) =>
  db.select().from(judges).where(own(workspace_id, id));

export const selectJudges = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(judges)
    .where(
      and(eq(judges.workspace_id, workspace_id), after === null ? undefined : lt(judges.id, after)),
    )
    .orderBy(desc(judges.id))
    .limit(limit);

/** Updates a judge. Violates `judges.revision` when it has changed since `row` was read. */
export const changeJudge = (
  db: Db,
  row: JudgeRow,
  { revision, ...changes }: Partial<JudgeRow> & Pick<JudgeRow, 'revision' | 'updated_at'>,
) =>
  db
    .update(judges)
    .set({
      ...changes,
      revision: sql`case when revision = ${row.revision} and updated_at = ${row.updated_at} then ${revision} end`,
    })
    .where(own(row.workspace_id, row.id));

export const deleteJudgeRows = (db: Db, workspace_id: string, id: string) =>
  [
    db
      .delete(judge_scores)
      .where(and(eq(judge_scores.workspace_id, workspace_id), eq(judge_scores.judge_id, id))),
    db
      .delete(judge_revisions)
      .where(and(eq(judge_revisions.workspace_id, workspace_id), eq(judge_revisions.judge_id, id))),
    db.delete(judges).where(own(workspace_id, id)),
  ] as const;

export const selectJudgeRevision = (
  db: Db,
  workspace_id: string,
  judge_id: string,
  revision: number,
) =>
  db
    .select({ revision: judge_revisions.revision, config: judge_revisions.config })
    .from(judge_revisions)
    .where(
      and(
        eq(judge_revisions.judge_id, judge_id),
        eq(judge_revisions.revision, revision),
        eq(judge_revisions.workspace_id, workspace_id),
      ),
    );

export const selectJudgeRevisions = (
  db: Db,
  workspace_id: string,
  judge_id: string,
  before: number | null,
  limit: number,
) =>
  db
    .select()
    .from(judge_revisions)
    .where(
      and(
        eq(judge_revisions.workspace_id, workspace_id),
        eq(judge_revisions.judge_id, judge_id),
        before === null ? undefined : lt(judge_revisions.revision, before),
      ),
    )
    .orderBy(desc(judge_revisions.revision))
    .limit(limit);
