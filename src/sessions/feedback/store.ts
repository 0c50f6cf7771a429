import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db } from '../../db/client.ts';
import { agent_versions } from '../../db/schema/agents.ts';
import { message_feedback, messages, runs, sessions } from '../../db/schema/sessions.ts';
import { namedAgent } from '../turn/named-version.ts';

export type FeedbackRow = typeof message_feedback.$inferSelect;

export const selectSessionOfMessage = (db: Db, workspace_id: string, message_id: string) =>
  db
    .select()
    .from(sessions)
    .where(
      and(
        eq(sessions.workspace_id, workspace_id),
        sql`${sessions.id} = (select session_id from messages where id = ${message_id} and workspace_id = ${workspace_id})`,
      ),
    );

/** A message with the version that made it. */
export const selectRatedMessage = (db: Db, workspace_id: string, id: string) =>
  db
    .select({ role: messages.role, run_id: messages.run_id, version_id: runs.version_id })
    .from(messages)
    .innerJoin(runs, eq(runs.id, messages.run_id))
    .where(and(eq(messages.workspace_id, workspace_id), eq(messages.id, id)));

/** Sets what an end user thinks of a message. Nothing comes back when the message is gone. */
export const upsertFeedback = (db: Db, row: FeedbackRow) =>
  db
    .insert(message_feedback)
    .select(
      db
        .select(
          Object.fromEntries(
            Object.entries(getTableColumns(message_feedback)).map(([name, column]) => {
              const value = column.mapToDriverValue(row[name as keyof FeedbackRow]);
              return [name, sql`${value}`.as(name)];
            }),
          ) as { [Name in keyof FeedbackRow]: SQL.Aliased },
        )
        .from(messages)
        .where(and(eq(messages.workspace_id, row.workspace_id), eq(messages.id, row.message_id))),
    )
    .onConflictDoUpdate({
      target: [message_feedback.message_id, message_feedback.end_user_id],
      set: {
        rating: sql`excluded.rating`,
        comment: sql`excluded.comment`,
        tags: sql`excluded.tags`,
        updated_at: sql`excluded.updated_at`,
      },
    })
    .returning();

export const deleteFeedback = (
  db: Db,
  workspace_id: string,
  message_id: string,
  end_user_id: string,
) =>
  db
    .delete(message_feedback)
    .where(
      and(
        eq(message_feedback.workspace_id, workspace_id),
        eq(message_feedback.message_id, message_id),
        eq(message_feedback.end_user_id, end_user_id),
      ),
    )
    .returning({ id: message_feedback.id });

/** Of every message of a session: for when the session is erased, before its messages. */
export const deleteFeedbackOfSession = (db: Db, workspace_id: string, session_id: string) =>
  db
    .delete(message_feedback)
    .where(
      and(
        eq(message_feedback.workspace_id, workspace_id),
        eq(message_feedback.session_id, session_id),
      ),
    );

/** Of some messages, given as a query for their ids. */
export const selectFeedbackOf = (db: Db, workspace_id: string, message_ids: SQL) =>
  db
    .select()
    .from(message_feedback)
    .where(
      and(
        eq(message_feedback.workspace_id, workspace_id),
        sql`${message_feedback.message_id} in (${message_ids})`,
      ),
    );

export interface FeedbackFilter {
  /** Id or slug. */
  readonly agent: string;
  readonly rating?: FeedbackRow['rating'] | undefined;
  readonly tag?: string | undefined;
  /** Number, id or label. */
  readonly version?: string | undefined;
  readonly end_user_id?: string | undefined;
  /** The key whose sessions alone count. */
  readonly created_by?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface FeedbackEntryRow extends FeedbackRow {
  readonly version_number: number;
  readonly question: string | null;
  readonly answer: string;
}

/** Characters of question and answer that a list shows. */
const excerpt = 1000;

/** The latest change first. `after` is where a page ended. */
export function selectFeedback(
  db: Db,
  workspace_id: string,
  filter: FeedbackFilter,
  after: { readonly at: number; readonly id: string } | null,
  limit: number,
) {
  const f = message_feedback;
  const agent_id = namedAgent(workspace_id, filter.agent);
  const isOwn = sql`exists (select 1 from sessions where id = ${f.session_id} and created_by = ${filter.created_by ?? null})`;
  const question = sql<
    string | null
  >`(select substr(q.text, 1, ${excerpt}) from messages q where q.id = ${messages.parent_id})`;
  return db
    .select({
      ...getTableColumns(f),
      version_number: sql<number>`${agent_versions.number}`.as('version_number'),
      question: question.as('question'),
      answer: sql<string>`substr(${messages.text}, 1, ${excerpt})`.as('answer'),
    })
    .from(f)
    .innerJoin(messages, eq(messages.id, f.message_id))
    .innerJoin(agent_versions, eq(agent_versions.id, f.version_id))
    .where(
      and(
        eq(f.workspace_id, workspace_id),
        sql`${f.agent_id} = ${agent_id}`,
        filter.rating === undefined ? undefined : eq(f.rating, filter.rating),
        filter.tag === undefined
          ? undefined
          : sql`exists (select 1 from json_each(${f.tags}) t where t.value = ${filter.tag})`,
        filter.version === undefined
          ? undefined
          : sql`${f.version_id} = ${chooseVersion(agent_id, filter.version)}`,
        filter.end_user_id === undefined ? undefined : eq(f.end_user_id, filter.end_user_id),
        filter.created_by === undefined ? undefined : isOwn,
        filter.from === undefined ? undefined : gte(f.updated_at, filter.from),
        filter.to === undefined ? undefined : lt(f.updated_at, filter.to),
        after === null ? undefined : sql`(${f.updated_at}, ${f.id}) < (${after.at}, ${after.id})`,
      ),
    )
    .orderBy(desc(f.updated_at), desc(f.id))
    .limit(limit);
}
