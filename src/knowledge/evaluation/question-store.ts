import { and, asc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { type ExpectedPassage, golden_questions } from '../../db/schema/retrieval.ts';
import { parametersOf, valuesOf } from '../json-values.ts';

export type QuestionRow = typeof golden_questions.$inferSelect;

/** Maximum number of golden questions of a base. */
export const maxQuestions = 2000;

/** The expected passages, or null, which fails the statement, if a file of them is not in the base. */
const inBase = (base_id: SQL, expected: SQL) =>
  sql`iif(not exists (select 1 from json_each(${expected}) e where not exists (
    select 1 from files f where f.id = e.value ->> 'file_id' and f.base_id = ${base_id} and f.deleted_at is null)), ${expected}, null)`;

/**
 * Inserts questions. Fails on the NOT NULL `golden_questions.base_id` when the base is gone or gets more than
 * `maxQuestions`, and on `golden_questions.expected` when a file is not in the base.
 */
export const insertQuestions = (
  db: Db,
  { workspace_id, base_id }: Pick<QuestionRow, 'workspace_id' | 'base_id'>,
  rows: readonly QuestionRow[],
) =>
  parametersOf(rows).map((some) =>
    db.run(sql`
      insert into golden_questions (id, workspace_id, base_id, question, expected, created_by, created_at, updated_at)
      select q.value ->> 'id', ${workspace_id}, (select b.id from knowledge_bases b
          where b.id = ${base_id} and b.workspace_id = ${workspace_id} and b.deleted_at is null
          and (select count(*) from golden_questions g where g.workspace_id = b.workspace_id and g.base_id = b.id) + ${rows.length} <= ${maxQuestions}),
        q.value ->> 'question', ${inBase(sql`${base_id}`, sql`q.value -> 'expected'`)},
        q.value ->> 'created_by', q.value ->> 'created_at', q.value ->> 'updated_at'
      from json_each(${some}) q`),
  );

const own = (workspace_id: string, base_id: string, id: string) =>
  and(
    eq(golden_questions.workspace_id, workspace_id),
    eq(golden_questions.base_id, base_id),
    eq(golden_questions.id, id),
  );

export const selectQuestion = (db: Db, workspace_id: string, base_id: string, id: string) =>
  db
    .select()
    .from(golden_questions)
    .where(own(workspace_id, base_id, id));

/** Selects questions, oldest first; those created until `until`, if it is given. */
export const selectQuestions = (
  db: Db,
  workspace_id: string,
  base_id: string,
  { q, after, until }: { q?: string | undefined; after: string | null; until?: number },
  limit: number,
) =>
  db
    .select()
    .from(golden_questions)
    .where(
      and(
        eq(golden_questions.workspace_id, workspace_id),
        eq(golden_questions.base_id, base_id),
        q === undefined
          ? undefined
          : sql`instr(lower(${golden_questions.question}), lower(${q})) > 0`,
        after === null ? undefined : gt(golden_questions.id, after),
        until === undefined ? undefined : lte(golden_questions.created_at, until),
      ),
    )
    .orderBy(asc(golden_questions.id))
    .limit(limit);

/** Fails on the NOT NULL `golden_questions.expected` when a file is not in the base. */
export const updateQuestion = (
  db: Db,
  { workspace_id, base_id, id }: QuestionRow,
  {
    question,
    expected,
    updated_at,
  }: { question?: string; expected?: readonly ExpectedPassage[]; updated_at: number },
) =>
  db
    .update(golden_questions)
    .set({
      updated_at,
      ...(question === undefined ? {} : { question }),
      ...(expected === undefined
        ? {}
        : { expected: inBase(sql`${base_id}`, sql`${JSON.stringify(expected)}`) }),
    })
    .where(own(workspace_id, base_id, id))
    .returning();

export const deleteQuestions = (
  db: Db,
  workspace_id: string,
  base_id: string,
  ids: readonly string[],
) =>
  db
    .delete(golden_questions)
    .where(
      and(
        eq(golden_questions.workspace_id, workspace_id),
        eq(golden_questions.base_id, base_id),
        sql`${golden_questions.id} in ${valuesOf(ids)}`,
      ),
    )
    .returning({ id: golden_questions.id });
