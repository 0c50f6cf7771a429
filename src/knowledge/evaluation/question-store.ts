import { and, asc, eq, gt, isNull, lte, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { parametersOf, valuesOf } from '../../db/json-values.ts';
import { files } from '../../db/schema/knowledge.ts';
import { type ExpectedPassage, golden_questions } from '../../db/schema/retrieval.ts';

export type QuestionRow = typeof golden_questions.$inferSelect;

/** Maximum number of golden questions of a base. */
export const maxQuestions = 2000;

/** The expected passages, or null, which fails the statement, if a file of them is not in the base. */
const inBase = (base_id: SQL, expected: SQL) =>
  sql`iif(not exists (select 1 from json_each(${expected}) e where not exists (
    select 1 from files f where f.id = e.value ->> 'file_id' and f.base_id = ${base_id} and f.deleted_at is null)), ${expected}, null)`;

/** The question, or null, which fails the statement, if the base has it already as another than `id`. */
const unlessAsked = (workspace_id: string, base_id: string, question: SQL, id: string) =>
  sql`iif(lower(${question}) in (select lower(o.question) from golden_questions o
    where o.workspace_id = ${workspace_id} and o.base_id = ${base_id} and o.id <> ${id}), null, ${question})`;

/**
 * Inserts questions. Fails on the NOT NULL `golden_questions.base_id` when the base is gone or gets more than
 * `maxQuestions`, on `golden_questions.expected` when a file is not in the base, and on `golden_questions.question` when the
 * base has a question already.
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
        ${unlessAsked(workspace_id, base_id, sql`q.value ->> 'question'`, '')}, ${inBase(sql`${base_id}`, sql`q.value -> 'expected'`)},
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

/** Fails like `insertQuestions`. */
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
      ...(question === undefined
        ? {}
        : { question: unlessAsked(workspace_id, base_id, sql`${question}`, id) }),
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

/** Selects the questions of a base that are the same as some of `questions`, whatever their case. */
export const selectSameQuestions = (
  db: Db,
  workspace_id: string,
  base_id: string,
  questions: readonly string[],
) =>
  db
    .select({ id: golden_questions.id, question: golden_questions.question })
    .from(golden_questions)
    .where(
      and(
        eq(golden_questions.workspace_id, workspace_id),
        eq(golden_questions.base_id, base_id),
        sql`lower(${golden_questions.question}) in (select lower(value) from json_each(${JSON.stringify(questions)}))`,
      ),
    );

export type NamedFile = Awaited<ReturnType<ReturnType<typeof selectNamedFiles>['all']>>[number];

/** Selects the files of a base among ids. */
export const selectNamedFiles = (
  db: Db,
  workspace_id: string,
  base_id: string,
  ids: readonly string[],
) =>
  db
    .select({
      id: files.id,
      name: files.name,
      status: files.status,
      attempt: files.attempt,
      former_attempt: files.former_attempt,
      char_count: files.char_count,
    })
    .from(files)
    .where(
      and(
        sql`${files.id} in ${valuesOf(ids)}`,
        sql`+${files.workspace_id} = ${workspace_id}`,
        sql`+${files.base_id} = ${base_id}`,
        isNull(files.deleted_at),
      ),
    );

const maxWrittenTexts = 1000;

/** Selects the texts of chunks of a file that callers have written. */
export const selectWrittenTexts = (db: Db, file_id: string) =>
  db.all<{ text: string }>(sql`
    select text from chunks where file_id = ${file_id} and origin <> 'extracted' and removed_revision = 0 limit ${maxWrittenTexts}`);
