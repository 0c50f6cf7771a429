import type { Statement } from '../../db/client.ts';
import { type NanoUsd, sumOrNull } from '../../shared/money.ts';
import { Account } from '../../usage/index.ts';
import type { CaseContent } from '../datasets/case.ts';
import type { Observed } from '../scorers/observed.ts';
import { score } from '../scorers/score.ts';
import type { ScoreError, ScoreResult } from '../scorers/score-result.ts';
import type { Scores } from './end-task.ts';
import type { ResultRow } from './result-store.ts';
import type { Step } from './step.ts';

const maxReasonChars = 1000;

export interface ScoredTask {
  readonly scores: Scores;
  readonly reasons: Readonly<Record<string, string>>;
  /** Cost of the scores of this attempt; null if one is unknown. */
  readonly cost_nano_usd: NanoUsd | null;
  readonly usage: readonly Statement[];
  /** Set when a scorer failed and may succeed later, or was refused by a budget: its score is missing. */
  readonly error: ScoreError | null;
}

/** Scores an answer by the scorers that have not scored it yet. `left` is what their calls may cost. */
export async function scoreTask(
  { ctx, evaluation, scorers }: Step,
  task: ResultRow,
  content: CaseContent,
  observed: Observed,
  left: NanoUsd | null,
): Promise<ScoredTask> {
  const scores: Record<string, Scores[string]> = { ...task.scores };
  const reasons: Record<string, string> = { ...task.reasons };
  const usage: Statement[] = [];
  const costs: (NanoUsd | null)[] = [];
  const account = left === null ? new Account() : new Account(Math.max(0, left), undefined, true);
  const attribution = {
    agent_id: evaluation.agent_id,
    version_id: evaluation.targets[task.target]?.version_id ?? null,
    run_id: task.run_id,
    account,
  };
  for (const [index, scorer] of scorers.entries()) {
    if (scores[index] !== undefined) continue;
    const call_key = `${evaluation.id}:${task.ordinal}:${task.target}:${task.repetition}:${index}:${task.claims}`;
    const result = await score(ctx, scorer, content, observed, { ...attribution, call_key });
    usage.push(...result.usage);
    costs.push(result.cost_nano_usd);
    const { error } = result;
    if (error !== null && (error.is_temporary || error.code === 'budget_exceeded'))
      return { scores, reasons, usage, cost_nano_usd: sumOrNull(costs), error };
    scores[index] = toStored(result);
    reasons[index] = result.reason.slice(0, maxReasonChars);
  }
  return { scores, reasons, usage, cost_nano_usd: sumOrNull(costs), error: null };
}

const toStored = ({
  outcome,
  score: value,
  passed,
  cost_nano_usd,
  error,
  judge,
}: Omit<ScoreResult, 'usage' | 'reason'>): Scores[string] => ({
  ...{ outcome, score: value, passed, cost_nano_usd },
  error_code: error?.code ?? null,
  judge: judge === null ? null : { ...judge },
});

const failed = {
  outcome: 'failed',
  ...{ score: null, passed: false, cost_nano_usd: null, judge: null },
} as const;

/** The scorers that are missing have failed in all attempts. */
export function withFailure(scored: ScoredTask, count: number): ScoredTask {
  const scores = { ...scored.scores };
  const reasons = { ...scored.reasons };
  for (let index = 0; index < count; index += 1) {
    if (scores[index] !== undefined) continue;
    const { error } = scored;
    scores[index] = toStored({ ...failed, error });
    reasons[index] = error?.detail ?? '';
  }
  return { ...scored, scores, reasons };
}
