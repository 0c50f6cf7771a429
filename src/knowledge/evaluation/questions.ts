import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { findBase } from '../bases.ts';
import { checkQuestions } from './check-questions.ts';
import {
  deleteQuestions,
  insertQuestions,
  maxQuestions,
  type QuestionRow,
  selectQuestion,
  selectQuestions,
  updateQuestion as updateRow,
} from './question-store.ts';
import {
  type CreateQuestions,
  type Question,
  type QuestionQuery,
  toQuestion,
  type UpdateQuestion,
} from './schema.ts';

/** The base has changed since the questions were checked. */
function raced(error: unknown, pointer: string): Failure | null {
  if (isGuardViolation(error, 'golden_questions.expected'))
    return invalid(pointer, 'Names a file that is not in this knowledge base.');
  if (isGuardViolation(error, 'golden_questions.question'))
    return invalid(pointer, 'The knowledge base has this question already.');
  return null;
}

/** Adds questions, all or none. Throws `not_found`, `validation_failed`, and `conflict` for too many. */
export async function createQuestions(
  ctx: Ctx,
  base_id: string,
  { data }: CreateQuestions,
): Promise<{ data: Question[] }> {
  await findBase(ctx, base_id);
  await checkQuestions(
    ctx,
    base_id,
    data.map((one, index) => ({ ...one, pointer: `/data/${index}` })),
  );
  const now = ctx.now();
  const place = { workspace_id: ctx.workspace_id, base_id };
  const rows = data.map(
    ({ question, expected }): QuestionRow => ({
      ...place,
      id: ctx.newId('gq'),
      question,
      expected,
      created_by: actorId(ctx.actor),
      created_at: now,
      updated_at: now,
    }),
  );
  const reply = { data: rows.map(toQuestion) };
  try {
    await commit(ctx, {
      statements: insertQuestions(ctx.db, place, rows),
      audit: [audit('create', base_id, { count: rows.length })],
      reply,
    });
  } catch (error) {
    const race = raced(error, '/data');
    if (race !== null) throw race;
    if (!isGuardViolation(error, 'golden_questions.base_id')) throw error;
    await findBase(ctx, base_id);
    throw new Failure(
      'conflict',
      `A knowledge base can have at most ${maxQuestions} golden questions.`,
    );
  }
  return reply;
}

const audit = (verb: string, base_id: string, detail: Readonly<Record<string, unknown>>) => ({
  action: `golden_question.${verb}`,
  target_type: 'knowledge_base',
  target_id: base_id,
  detail,
});

export async function getQuestion(ctx: Ctx, base_id: string, id: string): Promise<Question> {
  return toQuestion(await findQuestion(ctx, base_id, id));
}

async function findQuestion(ctx: Ctx, base_id: string, id: string): Promise<QuestionRow> {
  await findBase(ctx, base_id);
  const row = await selectQuestion(ctx.db, ctx.workspace_id, base_id, id).get();
  if (row === undefined) throw notFound('golden question');
  return row;
}

export async function listQuestions(
  ctx: Ctx,
  base_id: string,
  { q, ...page }: QuestionQuery,
): Promise<Page<Question>> {
  await findBase(ctx, base_id);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `golden-questions:${base_id}`,
      filters: { q },
    },
    page,
    (after, limit) => selectQuestions(ctx.db, ctx.workspace_id, base_id, { q, after }, limit).all(),
    ({ id }) => id,
    toQuestion,
  );
}

/** Throws `not_found` and `validation_failed`. */
export async function updateQuestion(
  ctx: Ctx,
  base_id: string,
  id: string,
  input: UpdateQuestion,
): Promise<Question> {
  const row = await findQuestion(ctx, base_id, id);
  const changes = definedFields(input);
  if (Object.keys(changes).length === 0) return toQuestion(row);
  await checkQuestions(ctx, base_id, [{ ...changes, id, pointer: '' }]);
  try {
    const [[changed]] = await commit(ctx, {
      statements: [updateRow(ctx.db, row, { ...changes, updated_at: ctx.now() })],
      audit: [audit('update', base_id, { question_id: id })],
    });
    if (changed === undefined) throw notFound('golden question');
    return toQuestion(changed);
  } catch (error) {
    throw raced(error, '/expected') ?? error;
  }
}

/** Results of evaluations keep the question. Throws `not_found`. */
export async function deleteQuestion(ctx: Ctx, base_id: string, id: string): Promise<void> {
  await findQuestion(ctx, base_id, id);
  await commit(ctx, {
    statements: [deleteQuestions(ctx.db, ctx.workspace_id, base_id, [id])],
    audit: [audit('delete', base_id, { question_id: id })],
  });
}
