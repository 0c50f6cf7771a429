import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { run_contents, run_files, run_steps, runs, suspended_runs } from '../../db/schema/runs.ts';
import { feedback, type messages } from '../../db/schema/sessions.ts';
import { day, hour } from '../../shared/time.ts';
import type { RunRow } from './runs.ts';

export type RunContentRow = typeof run_contents.$inferSelect;
/** The content of a new run. */
export type NewRunContent = Omit<RunContentRow, 'expires_at'>;
export type RunFileRow = typeof run_files.$inferSelect;

type MessageOfContent = Omit<typeof messages.$inferSelect, 'session_id'> & {
  readonly session_id: null;
};

/** The question of a one-off run, as a message. */
export const questionOfContent = (content: RunContentRow): MessageOfContent => ({
  id: content.question_id,
  workspace_id: content.workspace_id,
  session_id: null,
  seq: 1,
  parent_id: null,
  depth: 1,
  role: 'user',
  text: content.question,
  citations: [],
  prompt: content.prompt,
  attachments: content.files,
  run_id: content.run_id,
  author: null,
  created_at: content.created_at,
});

/** The answer of a one-off run, as a message. */
export const answerOfContent = (
  { id }: Pick<RunRow, 'id'>,
  content: NewRunContent,
): MessageOfContent => ({
  id: content.answer_id,
  workspace_id: content.workspace_id,
  session_id: null,
  seq: 2,
  parent_id: content.question_id,
  depth: 2,
  role: 'assistant',
  text: content.answer,
  citations: content.citations,
  prompt: content.answer_prompt,
  attachments: [],
  run_id: id,
  author: null,
  created_at: content.answered_at ?? content.created_at,
});

/**
 * Time in milliseconds for which a one-off run can be read and replayed by its idempotency key;
 * shorter without content logging.
 */
const retentionMs = 30 * day;
const retentionWithoutLoggingMs = hour;

/** Returns when the content of a run expires, in epoch milliseconds. */
export const contentExpiry = (created_at: number, content_logging: boolean): number =>
  created_at + (content_logging ? retentionMs : retentionWithoutLoggingMs);

/** Inserts the content of a run. Its expiry depends on the content logging of the workspace. */
export const insertRunContent = compileByColumns<NewRunContent>((db, row) =>
  db.insert(run_contents).values({
    ...row,
    expires_at: sql`${row.created_at} + iif((select w.content_logging from workspaces w where w.id = ${row.workspace_id}), ${sql.raw(String(retentionMs))}, ${sql.raw(String(retentionWithoutLoggingMs))})`,
  }),
);

export const insertRunFiles = (db: Db, rows: readonly RunFileRow[]): Statement[] =>
  rows.map((row) => db.insert(run_files).values(row));

/** Stores the answer of a run. Violates `run_contents.answer` when the run has ended already. */
export const answerRun = (
  db: Db,
  workspace_id: string,
  run_id: string,
  {
    answer,
    ...rest
  }: Pick<RunContentRow, 'answer' | 'citations' | 'answer_prompt' | 'answered_at'>,
): Statement =>
  db
    .update(run_contents)
    .set({
      ...rest,
      answer: sql`iif(exists (select 1 from runs r where r.id = ${run_id} and r.status in ('running', 'queued', 'requires_action')), ${answer}, null)`,
    })
    .where(and(eq(run_contents.workspace_id, workspace_id), eq(run_contents.run_id, run_id)));

export const selectRunContent = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select()
    .from(run_contents)
    .where(and(eq(run_contents.workspace_id, workspace_id), eq(run_contents.run_id, run_id)));

const isMessage = (message_id: string) =>
  or(eq(run_contents.question_id, message_id), eq(run_contents.answer_id, message_id));

/** The content of the one-off run that a message is the question or the answer of. */
export const selectContentOfMessage = (db: Db, workspace_id: string, message_id: string) =>
  db
    .select()
    .from(run_contents)
    .where(and(eq(run_contents.workspace_id, workspace_id), isMessage(message_id)));

/** The one-off run that a message is the question or the answer of. */
export const selectRunOfContent = (db: Db, workspace_id: string, message_id: string) =>
  db
    .select()
    .from(runs)
    .where(
      sql`${runs.id} = (select ${run_contents.run_id} from ${run_contents} where ${run_contents.workspace_id} = ${workspace_id} and ${isMessage(message_id)} limit 1)`,
    );

/** A message of a one-off run. */
export interface MessageOfOneOff {
  readonly run: RunRow;
  readonly content: RunContentRow;
}

export interface DueRun {
  readonly run_id: string;
  readonly workspace_id: string;
}

/** One-off runs whose content has expired, of each workspace at most `share`. Active runs are left out. */
export const selectDueContents = (db: Db, now: number, share: number, limit: number) =>
  db.all<DueRun>(sql`
    with due as (
      select c.run_id, c.workspace_id, c.expires_at as due_at from run_contents c where c.expires_at <= ${now}
      union all
      select c.run_id, c.workspace_id, c.created_at + w.retention_days * ${day} from workspaces w
      join run_contents c on c.workspace_id = w.id and c.created_at <= ${now} - w.retention_days * ${day}
      where w.retention_days > 0
    ), ranked as (
      select d.run_id, d.workspace_id, min(d.due_at) as due_at,
        row_number() over (partition by d.workspace_id order by min(d.due_at), d.run_id) as place
      from due d join runs r on r.id = d.run_id and r.status not in ('running', 'queued', 'requires_action') group by d.run_id, d.workspace_id
    )
    select run_id, workspace_id from ranked where place <= ${share} order by due_at, run_id limit ${limit}`);

/** Some one-off runs of an agent, or of the whole workspace. */
export const selectSomeContents = (
  db: Db,
  workspace_id: string,
  agent_id: string | null,
  limit: number,
) =>
  db
    .select({ run_id: run_contents.run_id })
    .from(run_contents)
    .where(
      and(
        eq(run_contents.workspace_id, workspace_id),
        agent_id === null ? undefined : eq(run_contents.agent_id, agent_id),
      ),
    )
    .limit(limit);

const valuesOf = (ids: readonly string[]): SQL =>
  sql`(select value from json_each(${JSON.stringify(ids)}))`;

/**
 * Erases one-off runs with their content, files, spans and feedback, children first. The first statement returns the
 * job that removes the objects of the files, if there are any.
 */
export function eraseContents(
  db: Db,
  workspace_id: string,
  run_ids: readonly string[],
  job_id: string,
  now: number,
): Statement[] {
  const ids = valuesOf(run_ids);
  return [
    db.all(sql`
      insert into outbox (id, workspace_id, job, due_at, created_at)
      select ${job_id}, ${workspace_id},
        json_object('type', 'attachment.delete', 'object_ids', json_group_array(f.object_id)), ${now}, ${now}
      from run_files f where f.workspace_id = ${workspace_id} and f.run_id in ${ids} having count(*) > 0
      returning id, workspace_id, job`),
    db
      .delete(run_files)
      .where(sql`${run_files.workspace_id} = ${workspace_id} and ${run_files.run_id} in ${ids}`),
    db
      .delete(feedback)
      .where(
        sql`${feedback.workspace_id} = ${workspace_id} and ${feedback.message_id} in (select answer_id from run_contents where run_id in ${ids})`,
      ),
    db
      .delete(run_steps)
      .where(sql`${run_steps.workspace_id} = ${workspace_id} and ${run_steps.run_id} in ${ids}`),
    db
      .delete(suspended_runs)
      .where(
        sql`${suspended_runs.workspace_id} = ${workspace_id} and ${suspended_runs.run_id} in ${ids}`,
      ),
    db
      .delete(run_contents)
      .where(
        sql`${run_contents.workspace_id} = ${workspace_id} and ${run_contents.run_id} in ${ids}`,
      ),
    db.delete(runs).where(sql`${runs.workspace_id} = ${workspace_id} and ${runs.id} in ${ids}`),
  ];
}

/**
 * For a batch that erases runs: violates `run_contents.agent_id` when one of them is active by now.
 */
export const refuseActive = (db: Db, workspace_id: string, run_ids: readonly string[]) =>
  db
    .update(run_contents)
    .set({
      agent_id: sql`iif((select r.status from runs r where r.id = ${run_contents.run_id}) in ('running', 'queued', 'requires_action'), null, ${run_contents.agent_id})`,
    })
    .where(
      sql`${run_contents.workspace_id} = ${workspace_id} and ${run_contents.run_id} in ${valuesOf(run_ids)}`,
    );
