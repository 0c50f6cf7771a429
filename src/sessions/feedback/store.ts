import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm';
import { chooseVersion } from '../../agents/index.ts';
import type { Db, Statement } from '../../db/client.ts';
import { agent_versions } from '../../db/schema/agents.ts';
import { run_contents, runs } from '../../db/schema/runs.ts';
import { feedback, messages, sessions } from '../../db/schema/sessions.ts';
import { type FeedbackRow, namedAgent } from '../../runs/index.ts';

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

/** A message of a session with the version that produced it. */
export const selectRatedMessage = (db: Db, workspace_id: string, id: string) =>
  db
    .select({ role: messages.role, run_id: messages.run_id, version_id: runs.version_id })
    .from(messages)
    .innerJoin(runs, eq(runs.id, messages.run_id))
    .where(and(eq(messages.workspace_id, workspace_id), eq(messages.id, id)));

/** One row while the message of the feedback exists, in a session or in a one-off run. */
const ratedMessage = ({ workspace_id, message_id }: FeedbackRow): SQL => sql`
  select m.id from messages m where m.id = ${message_id} and m.workspace_id = ${workspace_id}
  union all
  select c.answer_id from run_contents c where c.answer_id = ${message_id} and c.workspace_id = ${workspace_id}`;

/** Creates or replaces the feedback of an end user on a message. Returns no row when the message is gone. */
export const upsertFeedback = (db: Db, row: FeedbackRow) =>
  db
    .insert(feedback)
    .select(
      db
        .select(
          Object.fromEntries(
            Object.entries(getTableColumns(feedback)).map(([name, column]) => {
              const value = column.mapToDriverValue(row[name as keyof FeedbackRow]);
              return [name, sql`${value}`.as(name)];
            }),
          ) as { [Name in keyof FeedbackRow]: SQL.Aliased },
        )
        .from(sql`(${ratedMessage(row)}) as rated`)
        // Without it SQLite reads ON CONFLICT as a join condition.
        .where(sql`true`),
    )
    .onConflictDoUpdate({
      target: [feedback.message_id, feedback.end_user_id],
      set: {
        rating: sql`excluded.rating`,
        comment: sql`excluded.comment`,
        tags: sql`excluded.tags`,
        updated_at: sql`excluded.updated_at`,
      },
    })
    .returning();

/** Lists a rating that an experiment has counted, so that it is taken back. Precedes its deletion. */
export const takeBackFeedback = (
  db: Db,
  workspace_id: string,
  message_id: string,
  end_user_id: string,
): Statement =>
  db.run(sql`insert into experiment_late_facts (experiment_id, id, workspace_id, kind, subject, score)
    select r.experiment_id, f.id, f.workspace_id, 'deleted_rating', r.subject, f.counted_score
    from feedback f join runs r on r.id = f.run_id join experiments e on e.id = r.experiment_id and e.ended_at is null
    where f.workspace_id = ${workspace_id} and f.message_id = ${message_id} and f.end_user_id = ${end_user_id}
      and f.counted_score is not null and r.subject is not null`) as unknown as Statement;

export const deleteFeedback = (
  db: Db,
  workspace_id: string,
  message_id: string,
  end_user_id: string,
) =>
  db
    .delete(feedback)
    .where(
      and(
        eq(feedback.workspace_id, workspace_id),
        eq(feedback.message_id, message_id),
        eq(feedback.end_user_id, end_user_id),
      ),
    )
    .returning({ id: feedback.id });

/** Deletes the feedback on the messages of a session. */
export const deleteFeedbackOfSession = (db: Db, workspace_id: string, session_id: string) =>
  db
    .delete(feedback)
    .where(and(eq(feedback.workspace_id, workspace_id), eq(feedback.session_id, session_id)));

/** The feedback on messages, given as a query for their ids. */
export const selectFeedbackOf = (db: Db, workspace_id: string, message_ids: SQL) =>
  db
    .select()
    .from(feedback)
    .where(
      and(eq(feedback.workspace_id, workspace_id), sql`${feedback.message_id} in (${message_ids})`),
    );

export interface FeedbackFilter {
  /** Id or slug. */
  readonly agent: string;
  readonly rating?: FeedbackRow['rating'] | undefined;
  readonly tag?: string | undefined;
  /** Number, id or label. */
  readonly version?: string | undefined;
  readonly end_user_id?: string | undefined;
  /** The key whose sessions and one-off runs the caller is limited to. */
  readonly created_by?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface FeedbackEntryRow extends FeedbackRow {
  readonly version_number: number;
  readonly question: string | null;
  readonly answer: string;
}

/** Maximum characters of a question or an answer in a list. */
const excerpt = 1000;

/**
 * Feedback on an agent's answers, most recently changed first. `after` is the position where a page
 * ended.
 */
export function selectFeedback(
  db: Db,
  workspace_id: string,
  filter: FeedbackFilter,
  after: { readonly at: number; readonly id: string } | null,
  limit: number,
) {
  const f = feedback;
  const agent_id = namedAgent(workspace_id, filter.agent);
  const created_by = filter.created_by ?? null;
  const isOwn = sql`(exists (select 1 from sessions where id = ${f.session_id} and created_by = ${created_by})
    or (${f.session_id} is null and exists (select 1 from runs where id = ${f.run_id} and created_by = ${created_by})))`;
  const question = sql<
    string | null
  >`substr(coalesce((select q.text from messages q where q.id = ${messages.parent_id}), ${run_contents.question}), 1, ${excerpt})`;
  return db
    .select({
      ...getTableColumns(f),
      version_number: sql<number>`${agent_versions.number}`.as('version_number'),
      question: question.as('question'),
      answer:
        sql<string>`substr(coalesce(${messages.text}, ${run_contents.answer}), 1, ${excerpt})`.as(
          'answer',
        ),
    })
    .from(f)
    .leftJoin(messages, eq(messages.id, f.message_id))
    .leftJoin(run_contents, eq(run_contents.answer_id, f.message_id))
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
