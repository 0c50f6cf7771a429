import type { Ctx } from '../../platform/context.ts';
import type { CaseContent } from '../datasets/case.ts';
import { judgeAnswer } from '../judges/judge-answer.ts';
import { findJudge } from '../judges/service.ts';
import { scoreCites, scoreRetrieval } from './cited.ts';
import { scoreContains } from './contains.ts';
import { scoreFaithfulness } from './faithfulness.ts';
import { scoreJsonSchema } from './json-value.ts';
import { scoreCost, scoreLatency } from './limits.ts';
import { scoreNumeric } from './numeric.ts';
import type { Observed } from './observed.ts';
import { toReason } from './reasons.ts';
import { scoreRefuses } from './refuses.ts';
import { scoreRegex } from './regex.ts';
import type { Scorer, ScorerOf } from './schema.ts';
import type { Measurement, ScoreCall, Scored, ScoreResult } from './score-result.ts';
import { scoreSimilarity } from './similarity.ts';
import { scoreToolCalled } from './tool-called.ts';

/**
 * Scores what a run gave by one scorer. Does not throw for failures of models and refusals of budgets: the result is `failed` with the
 * usage so far, which the caller stores with it. Scoring twice under one key is recorded once.
 */
export async function score(
  ctx: Ctx,
  scorer: Scorer,
  content: CaseContent,
  observed: Observed,
  call: ScoreCall,
): Promise<ScoreResult> {
  const measured =
    hasNoAnswer(scorer, observed) ?? (await measure(scorer, { ctx, content, observed, call }));
  const { error = null, cost_nano_usd = 0, judge = null, usage = [] } = measured;
  const rest = { reason: toReason(measured.reason), error, cost_nano_usd, judge, usage };
  if (error !== null) return { outcome: 'failed', score: null, passed: false, ...rest };
  if (measured.score === null)
    return { outcome: 'not_measurable', score: null, passed: null, ...rest };
  const threshold =
    ('threshold' in scorer ? scorer.threshold : undefined) ?? measured.threshold ?? 1;
  // Sums of fractions are not exact.
  const passed = measured.score >= threshold - 1e-9;
  return { outcome: 'scored', score: measured.score, passed, ...rest };
}

/** Scorers of what a run did rather than of its answer. */
const ofRuns: ReadonlySet<Scorer['type']> = new Set([
  'latency',
  'cost',
  'retrieval',
  'tool_called',
]);

/** The answer of a run that did not complete scores 0, also where the absence of something is expected. */
function hasNoAnswer({ type }: Scorer, { status, error_code }: Observed): Measurement | null {
  if (status === 'completed' || ofRuns.has(type)) return null;
  const code = error_code === null ? '' : ` (${error_code})`;
  return { score: 0, reason: `The run is ${status}${code}, so there is no answer to score.` };
}

function measure(scorer: Scorer, scored: Scored): Measurement | Promise<Measurement> {
  const { content, observed } = scored;
  switch (scorer.type) {
    case 'contains':
      return scoreContains(scorer, content, observed);
    case 'regex':
      return scoreRegex(scorer, observed);
    case 'json_schema':
      return scoreJsonSchema(scorer, observed);
    case 'numeric':
      return scoreNumeric(scorer, content, observed);
    case 'tool_called':
      return scoreToolCalled(scorer, content, observed);
    case 'cites':
      return scoreCites(scorer, content, observed);
    case 'refuses':
      return scoreRefuses(scorer, content, observed);
    case 'similarity':
      return scoreSimilarity(scorer, scored);
    case 'faithfulness':
      return scoreFaithfulness(scorer, scored);
    case 'retrieval':
      return scoreRetrieval(scorer, content, observed);
    case 'latency':
      return scoreLatency(scorer, observed);
    case 'cost':
      return scoreCost(scorer, observed);
    case 'judge':
      return scoreByJudge(scorer, scored);
  }
}

async function scoreByJudge(
  { judge_id, judge_revision, judge }: ScorerOf<'judge'>,
  { ctx, content, observed, call }: Scored,
): Promise<Measurement> {
  const known =
    judge_id === undefined
      ? judge && { judge_id: null, revision: null, config: judge }
      : await findJudge(ctx, judge_id, judge_revision);
  if (known == null)
    return {
      score: null,
      reason: 'The judge of the scorer was deleted.',
      error: { code: 'not_found', detail: 'No such judge.', is_temporary: false },
    };
  const { config } = known;
  const {
    score: value,
    reason,
    error,
    ...spent
  } = await judgeAnswer(ctx, known, content, observed, call);
  const { cost_nano_usd, usage } = spent;
  const agreement =
    spent.agreement === null
      ? ''
      : ` (${Math.round(spent.agreement * 100)} % of ${config.samples} samples agree)`;
  return {
    score: value,
    reason: `${reason}${agreement}`,
    ...(error === null ? {} : { error }),
    ...{ cost_nano_usd, usage, judge: spent.judge, threshold: config.threshold },
  };
}
