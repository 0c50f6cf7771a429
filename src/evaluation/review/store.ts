import { and, asc, desc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import { members } from '../../db/schema/people.ts';
import { type ReviewReason, review_items, review_verdicts } from '../../db/schema/reviews.ts';
import { run_contents, runs } from '../../db/schema/runs.ts';
import { messages } from '../../db/schema/sessions.ts';
import { api_keys } from '../../db/schema/workspaces.ts';
import { isId } from '../../shared/id.ts';

export type ItemRow = typeof review_items.$inferSelect;
export type VerdictRow = typeof review_verdicts.$inferSelect;
type RunRow = typeof runs.$inferSelect;

/** An item with its turn; `question` is null once that is erased. */
export type ItemWithTurn = ItemRow &
  Pick<RunRow, 'confidence' | 'coverage' | 'cost_nano_usd' | 'error_code'> & {
    readonly run_status: RunRow['status'] | null;
    readonly question: string | null;
    readonly answer: string | null;
  };

/** Maximum characters of a question or an answer in a list. */
const excerpt = 1000;
const whole = 1_000_000;

const own = (workspace_id: string, id: string) =>
  and(eq(review_items.workspace_id, workspace_id), eq(review_items.id, id));

/** Violates `review_items.run_id`, which is unique, when the turn is in the queue already. */
export const insertItem = (db: Db, row: ItemRow) => db.insert(review_items).values(row);

export const selectItemOfRun = (db: Db, workspace_id: string, run_id: string) =>
  db
    .select({ id: review_items.id })
    .from(review_items)
    .where(and(eq(review_items.workspace_id, workspace_id), eq(review_items.run_id, run_id)));

function selectWithTurn(db: Db, chars: number) {
  const i = review_items;
  const isAnswer = sql`${messages.role} = 'assistant'`;
  const before = sql`(select q.text from messages q where q.id = ${messages.parent_id})`;
  const question = sql<string | null>`substr(iif(${messages.id} is null, ${run_contents.question},
    iif(${isAnswer}, ${before}, ${messages.text})), 1, ${chars})`;
  const answer = sql<string | null>`substr(iif(${messages.id} is null,
    iif(${run_contents.answered_at} is null, null, ${run_contents.answer}), iif(${isAnswer}, ${messages.text}, null)), 1, ${chars})`;
  return db
    .select({
      ...getTableColumns(i),
      run_status: sql<RunRow['status'] | null>`${runs.status}`.as('run_status'),
      error_code: runs.error_code,
      confidence: runs.confidence,
      coverage: runs.coverage,
      cost_nano_usd: runs.cost_nano_usd,
      question: question.as('question'),
      answer: answer.as('answer'),
    })
    .from(i)
    .leftJoin(runs, eq(runs.id, i.run_id))
    .leftJoin(messages, eq(messages.id, i.message_id))
    .leftJoin(run_contents, and(eq(run_contents.run_id, i.run_id), isNull(i.session_id)));
}

export const selectItem = (db: Db, workspace_id: string, id: string) =>
  selectWithTurn(db, whole).where(own(workspace_id, id));

export interface ItemFilter {
  readonly agent?: string | undefined;
  readonly status?: ItemRow['status'] | undefined;
  readonly reason?: ReviewReason | undefined;
  readonly assignee?: string | undefined;
  readonly label?: string | undefined;
  readonly overdue?: boolean | undefined;
  /** The agents that the caller is limited to; null for all. */
  readonly only: readonly string[] | null;
}

/** Selects items, newest first. */
export function selectItems(
  db: Db,
  workspace_id: string,
  { agent, status, reason, assignee, label, overdue, only }: ItemFilter,
  now: number,
  after: string | null,
  limit: number,
) {
  const i = review_items;
  const isOverdue = sql`(${i.due_at} is not null and ${i.due_at} < ${now} and ${i.status} <> 'done')`;
  return selectWithTurn(db, excerpt)
    .where(
      and(
        eq(i.workspace_id, workspace_id),
        agent === undefined ? undefined : eq(i.agent_id, agent),
        status === undefined ? undefined : eq(i.status, status),
        reason === undefined
          ? undefined
          : sql`exists (select 1 from json_each(${i.reasons}) r where r.value ->> 'reason' = ${reason})`,
        assignee === undefined ? undefined : eq(i.assignee, assignee),
        label === undefined
          ? undefined
          : sql`exists (select 1 from review_verdicts v, json_each(v.labels) l where v.item_id = ${i.id} and l.value = ${label})`,
        overdue === undefined ? undefined : overdue ? isOverdue : sql`not ${isOverdue}`,
        only === null ? undefined : sql`${i.agent_id} in ${valuesOf(only)}`,
        after === null ? undefined : lt(i.id, after),
      ),
    )
    .orderBy(desc(i.id))
    .limit(limit);
}

/** Changes an item. Violates `review_items.revision` when it has changed since `row` was read. */
export const changeItem = (db: Db, row: ItemRow, changes: Partial<ItemRow>) =>
  db
    .update(review_items)
    .set({
      ...changes,
      revision: sql`case when revision = ${row.revision} then revision + 1 end`,
    })
    .where(own(row.workspace_id, row.id));

/** Links an item to the case that was made of it. */
export const linkCase = (
  db: Db,
  { workspace_id, id }: ItemRow,
  dataset_id: string,
  case_id: string,
  now: number,
) =>
  db
    .update(review_items)
    .set({ dataset_id, case_id, revision: sql`revision + 1`, updated_at: now })
    .where(own(workspace_id, id));

export const selectVerdicts = (db: Db, workspace_id: string, item_ids: readonly string[]) =>
  db
    .select()
    .from(review_verdicts)
    .where(
      and(
        sql`${review_verdicts.item_id} in ${valuesOf(item_ids)}`,
        sql`+${review_verdicts.workspace_id} = ${workspace_id}`,
      ),
    )
    .orderBy(asc(review_verdicts.item_id), asc(review_verdicts.created_at));

/** Sets the verdict of a reviewer. Violates `review_verdicts.verdict` when the turn is erased by now. */
export const upsertVerdict = (db: Db, row: VerdictRow) =>
  db
    .insert(review_verdicts)
    .values({
      ...row,
      verdict: sql`(select ${row.verdict} from review_items i where i.id = ${row.item_id} and i.content_erased = 0)`,
    })
    .onConflictDoUpdate({
      target: [review_verdicts.item_id, review_verdicts.reviewer],
      set: {
        verdict: row.verdict,
        score: row.score,
        better_answer: row.better_answer,
        note: row.note,
        labels: row.labels,
        updated_at: row.updated_at,
      },
    })
    .returning();

/** Marks an item as touched by a verdict. */
export const startReview = (db: Db, { workspace_id, id }: ItemRow, now: number) =>
  db
    .update(review_items)
    .set({
      status: sql`iif(status = 'open', 'in_review', status)`,
      revision: sql`revision + 1`,
      updated_at: now,
    })
    .where(own(workspace_id, id));

/** Selects a member or a key that may be assigned. */
export const selectReviewer = (db: Db, workspace_id: string, id: string) =>
  isId('mem', id) ? selectMember(db, workspace_id, id) : selectKey(db, workspace_id, id);

const selectMember = (db: Db, workspace_id: string, id: string) =>
  db
    .select({ id: members.id })
    .from(members)
    .where(
      and(eq(members.workspace_id, workspace_id), eq(members.id, id), isNull(members.removed_at)),
    );

const selectKey = (db: Db, workspace_id: string, id: string) =>
  db
    .select({ id: api_keys.id })
    .from(api_keys)
    .where(
      and(
        eq(api_keys.workspace_id, workspace_id),
        eq(api_keys.id, id),
        isNull(api_keys.revoked_at),
      ),
    );
