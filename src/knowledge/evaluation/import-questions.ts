import type { Statement } from '../../db/client.ts';
import { batch } from '../../db/client.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import {
  insertQuestions,
  type QuestionRow,
  selectNamedFiles,
  selectSameQuestions,
} from './question-store.ts';

/** A question that is kept with the knowledge base that answers it, or does not. */
export interface KnownQuestion {
  readonly question: string;
  /** The files that answer it; none if the documents do not hold the answer. */
  readonly file_ids: readonly string[];
}

/**
 * Plans to add golden questions to the knowledge bases that hold their files, those without files to the first one. Returns the
 * questions that can be kept, and a function for the statements. Questions that a base has already count as kept.
 */
export async function planGoldenQuestions(
  ctx: Ctx,
  base_ids: readonly string[],
  questions: readonly KnownQuestion[],
): Promise<{ readonly kept: ReadonlySet<string>; readonly statements: () => Statement[] }> {
  const { db, workspace_id } = ctx;
  const wanted = [...new Set(questions.flatMap(({ file_ids }) => file_ids))];
  const texts = questions.map(({ question }) => question);
  const reads = await batch(db, [
    ...base_ids.map((id) => selectNamedFiles(db, workspace_id, id, wanted)),
    ...base_ids.map((id) => selectSameQuestions(db, workspace_id, id, texts)),
  ]);
  const plans = base_ids.map((base_id, index) => {
    const files = new Set((reads[index] as { id: string }[]).map(({ id }) => id));
    const same = (reads[base_ids.length + index] as { question: string }[]).map(({ question }) =>
      question.toLowerCase(),
    );
    const own = questions.flatMap(({ question, file_ids }) => {
      const expected = file_ids.filter((id) => files.has(id)).map((file_id) => ({ file_id }));
      const isUnanswerable = file_ids.length === 0 && index === 0;
      return expected.length > 0 || isUnanswerable ? [{ question, expected }] : [];
    });
    return { base_id, own, same };
  });
  return {
    kept: new Set(plans.flatMap(({ own }) => own.map(({ question }) => question))),
    statements: () =>
      plans.flatMap(({ base_id, own, same }) => {
        const added = own.filter(({ question }) => !same.includes(question.toLowerCase()));
        const rows = added.map((one): QuestionRow => newRow(ctx, base_id, one));
        return rows.length === 0 ? [] : insertQuestions(db, { workspace_id, base_id }, rows);
      }),
  };
}

const newRow = (
  ctx: Ctx,
  base_id: string,
  content: Pick<QuestionRow, 'question' | 'expected'>,
): QuestionRow => ({
  id: ctx.newId('gq'),
  workspace_id: ctx.workspace_id,
  base_id,
  ...content,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  updated_at: ctx.now(),
});
