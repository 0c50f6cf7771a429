import type { EvaluationTarget, TaskOutcome } from '../../db/schema/evaluations.ts';
import { taskOutcomes } from '../../db/schema/evaluations.ts';
import { sumOrNull, toWireUsd } from '../../shared/money.ts';
import type { ResultFigures } from './result-store.ts';
import type { Estimate, TargetSummary } from './schema.ts';
import type { NamedScorer } from './scorer-names.ts';
import { meanOf, quantile, wilson } from './statistics.ts';

interface Measured {
  readonly ordinal: number;
  readonly score: number | null;
  readonly passed: boolean | null;
}

/** Summarises the results of each target. Repetitions of a case are averaged first, since they are not independent. */
export const summarise = (
  targets: readonly EvaluationTarget[],
  scorers: readonly NamedScorer[],
  results: readonly ResultFigures[],
): TargetSummary[] =>
  targets.map((_, target) => {
    const own = results.filter((one) => one.target === target);
    return {
      target,
      done: own.length,
      outcomes: Object.fromEntries(
        taskOutcomes.map((outcome) => [
          outcome,
          own.filter((one) => one.outcome === outcome).length,
        ]),
      ) as Record<TaskOutcome, number>,
      overall: estimate(own.map(({ ordinal, score, passed }) => ({ ordinal, score, passed }))),
      scorers: scorers.map(({ name, type }, index) => ({
        name,
        type,
        ...estimateOf(own, index),
      })),
      ...spentBy(own),
    };
  });

function estimateOf(results: readonly ResultFigures[], scorer: number) {
  const scores = results.flatMap(({ ordinal, scores: all }) => {
    const score = all?.[scorer];
    return score === undefined ? [] : [{ ordinal, ...score }];
  });
  return {
    ...estimate(scores),
    not_measurable: scores.filter(({ outcome }) => outcome === 'not_measurable').length,
    failed: scores.filter(({ outcome }) => outcome === 'failed').length,
  };
}

/** Estimates the mean score and the share of passes over cases. */
function estimate(measured: readonly Measured[]): Estimate {
  const cases = [...Map.groupBy(measured, ({ ordinal }) => ordinal).values()];
  const scores = cases.flatMap((some) => mean(some.flatMap(({ score }) => score ?? [])) ?? []);
  const shares = cases.flatMap(
    (some) => mean(some.flatMap(({ passed }) => (passed === null ? [] : [Number(passed)]))) ?? [],
  );
  return {
    cases: shares.length,
    score: meanOf(scores),
    pass_rate: wilson(mean(shares) ?? 0, shares.length),
  };
}

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;

function spentBy(results: readonly ResultFigures[]) {
  const lost = results.reduce((sum, { lost_nano_usd }) => sum + lost_nano_usd, 0);
  const runs = sumOrNull(results.map(({ run_cost_nano_usd }) => run_cost_nano_usd));
  return {
    run_cost_usd: toWireUsd(runs === null ? null : runs + lost),
    score_cost_usd: toWireUsd(sumOrNull(results.map((one) => one.score_cost_nano_usd))),
    input_tokens: sumOrNull(results.map(({ input_tokens }) => input_tokens)),
    output_tokens: sumOrNull(results.map(({ output_tokens }) => output_tokens)),
    latency_ms: spread(results.map(({ latency_ms }) => latency_ms)),
    first_token_ms: spread(results.map(({ first_token_ms }) => first_token_ms)),
  };
}

function spread(values: readonly (number | null)[]) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted.length === 0
    ? null
    : { p50: Math.round(quantile(sorted, 0.5)), p95: Math.round(quantile(sorted, 0.95)) };
}
