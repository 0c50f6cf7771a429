import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { run_contents, runs } from '../../db/schema/runs.ts';
import { messages, sessions } from '../../db/schema/sessions.ts';
import { answerOfContent } from './contents.ts';

/** A message of a session, or of a one-off run, which has no session. */
export type AnyMessageRow = Omit<typeof messages.$inferSelect, 'session_id'> & {
  readonly session_id: string | null;
};

/** Messages of a run, without their copies in forked sessions. */
export const ofRun = (workspace_id: string, run_id: string) =>
  and(
    eq(messages.workspace_id, workspace_id),
    eq(messages.run_id, run_id),
    sql`${messages.session_id} = (select r.session_id from runs r where r.id = ${run_id})`,
  );

/** The answer of a run in a session. */
export const selectSessionAnswer = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(messages)
    .where(and(ofRun(workspace_id, run_id), eq(messages.role, 'assistant')));

export const selectMessagesOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db.select().from(messages).where(ofRun(workspace_id, run_id)).orderBy(asc(messages.seq));

/** A run with the session or the content that it belongs to. */
export const selectOwnedRun = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select({
      run: runs,
      content: run_contents,
      session: {
        id: sessions.id,
        created_by: sessions.created_by,
        end_user_id: sessions.end_user_id,
        inputs: sessions.inputs,
        metadata: sessions.metadata,
      },
    })
    .from(runs)
    .leftJoin(sessions, eq(sessions.id, runs.session_id))
    .leftJoin(run_contents, eq(run_contents.run_id, runs.id))
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, run_id)));

export type OwnedRunRow = Awaited<ReturnType<ReturnType<typeof selectOwnedRun>['all']>>[number];

/** The answer of a run, from its session or its own content; undefined when it has none. */
export function answerOfRun(
  { run, content }: Pick<OwnedRunRow, 'run' | 'content'>,
  inSession: readonly (typeof messages.$inferSelect)[],
): AnyMessageRow | undefined {
  if (content === null) return inSession[0];
  return content.answered_at === null ? undefined : answerOfContent(run, content);
}
