import { sql } from 'drizzle-orm';
import { knowledge_bases } from '../../db/schema/knowledge.ts';
import { embed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toScoreError } from './failures.ts';
import type { ScorerOf } from './schema.ts';
import type { Measurement, Scored } from './score-result.ts';

/** Characters of each text: more than models embed is cut. */
const maxChars = 8000;

/** Scores the cosine similarity of the answer and the expected one; negative values are 0. */
export async function scoreSimilarity(
  { model }: ScorerOf<'similarity'>,
  { ctx, content, observed, call }: Scored,
): Promise<Measurement> {
  const expected = content.expected.answer;
  if (expected === undefined || expected.trim() === '')
    return { score: null, reason: 'The case has no expected answer.' };
  if (observed.answer.trim() === '') return { score: 0, reason: 'The answer is empty.' };
  const space = await spaceOf(ctx, model);
  try {
    const { embeddings, usage, cost_nano_usd } = await embed(ctx, {
      ...call,
      ...space,
      values: [expected, observed.answer].map((text) => text.slice(0, maxChars).toWellFormed()),
      operation: 'embed_evaluation',
    });
    const score = Math.min(1, Math.max(0, cosine(embeddings[0] ?? [], embeddings[1] ?? [])));
    return {
      score,
      reason: `The similarity is ${score.toFixed(2)} by ${space.model}.`,
      ...{ cost_nano_usd, usage },
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { score: null, reason: error.message, error: toScoreError(error), cost_nano_usd: null };
  }
}

/** The vectors to request: of the given model, or those of the newest knowledge base; `builtin/lexical` without one. */
async function spaceOf(
  { db, workspace_id }: Ctx,
  model: string | undefined,
): Promise<{ readonly model: string; readonly dimensions?: number }> {
  if (model !== undefined) return { model };
  const base = await db
    .select({ model: knowledge_bases.embedding_model, dimensions: knowledge_bases.dimensions })
    .from(knowledge_bases)
    .where(
      sql`${knowledge_bases.workspace_id} = ${workspace_id} and ${knowledge_bases.deleted_at} is null`,
    )
    .orderBy(sql`${knowledge_bases.id} desc`)
    .limit(1)
    .get();
  return base ?? { model: 'builtin/lexical' };
}

function cosine(a: readonly number[], b: readonly number[]): number {
  let dot = 0;
  let left = 0;
  let right = 0;
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    dot += value * other;
    left += value * value;
    right += other * other;
  }
  return left === 0 || right === 0 ? 0 : dot / Math.sqrt(left * right);
}
