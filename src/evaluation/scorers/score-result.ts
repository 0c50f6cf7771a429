import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { NanoUsd } from '../../shared/money.ts';
import type { Attribution } from '../../usage/index.ts';
import type { CaseContent } from '../datasets/case.ts';
import type { Observed } from './observed.ts';

/**
 * `scored`: `score` and `passed` are set. `not_measurable`: the case expects nothing of the kind, or the run did not record it.
 * `failed`: a model call failed or a budget refused it; the case counts as failed, with `error`.
 */
type ScoreOutcome = 'scored' | 'not_measurable' | 'failed';

export interface ScoreResult {
  readonly outcome: ScoreOutcome;
  /** From 0 to 1; null unless `scored`. */
  readonly score: number | null;
  /** `score` reaches the threshold of the scorer; null when nothing could be measured, false when `failed`. */
  readonly passed: boolean | null;
  /** A sentence for a person. */
  readonly reason: string;
  readonly error: ScoreError | null;
  /** Cost of the model calls of the scorer: 0 without any, null when a price is unknown. */
  readonly cost_nano_usd: NanoUsd | null;
  /** The judge that scored, with the revision of its rubric; null without one. */
  readonly judge: JudgeOfScore | null;
  /** Usage rows and settlements of budgets, for the batch that stores the score. */
  readonly usage: readonly Statement[];
}

export interface ScoreError {
  readonly code: string;
  readonly detail: string;
  /** True when a later attempt may succeed: a provider failed, or a rate limit refused the call. */
  readonly is_temporary: boolean;
}

export interface JudgeOfScore {
  /** null for a judge that is written into the scorer. */
  readonly judge_id: string | null;
  readonly revision: number | null;
  readonly model: string;
}

/** Whom model calls of a scorer are charged to. Calls with the same key are recorded once. */
export interface ScoreCall extends Attribution {
  /** Identifies the scoring of one case by one scorer, such as `eval_…:case_…:0:2`. */
  readonly call_key: string;
}

/** A scorer of one type: it measures, and `score` compares with the threshold. */
export interface Measurement {
  /** From 0 to 1; null when it cannot be measured. */
  readonly score: number | null;
  readonly reason: string;
  readonly error?: ScoreError;
  readonly cost_nano_usd?: NanoUsd | null;
  readonly judge?: JudgeOfScore | null;
  readonly usage?: readonly Statement[];
  /** The threshold of a judge, where the scorer has none of its own. */
  readonly threshold?: number;
}

export interface Scored {
  readonly ctx: Ctx;
  readonly content: CaseContent;
  readonly observed: Observed;
  readonly call: ScoreCall;
}
