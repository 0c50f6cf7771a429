import { assertConfigured } from '../../llm/index.ts';
import { findEmbeddingModel, isEmbeddingModel } from '../../models/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { invalid } from '../../shared/failure.ts';
import { assertJudgeModel } from '../judges/model.ts';
import { findJudge } from '../judges/service.ts';
import type { Scorer } from './schema.ts';

/**
 * Throws `validation_failed` for scorers that could not score: with a judge that does not exist, or a model that cannot be called.
 * `pointer` is that of the list in the request.
 */
export async function checkScorers(
  ctx: Ctx,
  scorers: readonly Scorer[],
  pointer: string,
): Promise<void> {
  for (const [index, scorer] of scorers.entries())
    await checkScorer(ctx, scorer, `${pointer}/${index}`);
}

/** The same of one scorer; `pointer` is its own. */
export async function checkScorer(ctx: Ctx, scorer: Scorer, pointer: string): Promise<void> {
  if (scorer.type === 'faithfulness' && scorer.model !== undefined)
    await assertJudgeModel(ctx, scorer.model, `${pointer}/model`);
  if (scorer.type === 'similarity' && scorer.model !== undefined)
    await assertEmbeddingModel(ctx, scorer.model, `${pointer}/model`);
  if (scorer.type !== 'judge') return;
  if (scorer.judge !== undefined)
    await assertJudgeModel(ctx, scorer.judge.model, `${pointer}/judge/model`);
  const { judge_id, judge_revision } = scorer;
  if (judge_id !== undefined && (await findJudge(ctx, judge_id, judge_revision)) === null)
    throw invalid(
      `${pointer}/judge_id`,
      judge_revision === undefined ? 'No such judge.' : 'No such judge, or no such revision of it.',
    );
}

/** Pins the judges of scorers, so that all answers are scored by one rubric. */
export const withJudgeRevisions = <Named extends Scorer>(
  ctx: Ctx,
  scorers: readonly Named[],
): Promise<Named[]> =>
  Promise.all(
    scorers.map(async (scorer) => {
      if (scorer.type !== 'judge' || scorer.judge_id === undefined) return scorer;
      const judge = await findJudge(ctx, scorer.judge_id, scorer.judge_revision);
      return judge === null ? scorer : ({ ...scorer, judge_revision: judge.revision } as Named);
    }),
  );

async function assertEmbeddingModel(ctx: Ctx, model: string, pointer: string): Promise<void> {
  if (findEmbeddingModel(model) === undefined && !isEmbeddingModel(model))
    throw invalid(pointer, `Unknown embedding model: ${model}.`);
  await assertConfigured(ctx, model, pointer);
}
