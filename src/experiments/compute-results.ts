import type { ExperimentMetric } from '../db/schema/experiments.ts';
import { day, toWireTimeOrNull } from '../shared/time.ts';
import { type Arm, type Reading, readingOf, toArms, totalOf } from './arms.ts';
import type { Cell } from './count-store.ts';
import { measureOf } from './metrics.ts';
import { recommend, stoppingRule } from './recommend.ts';
import type {
  ExperimentResults,
  GuardResult,
  MetricResult,
  VariantResult,
} from './results-schema.ts';
import type { Weights } from './results-store.ts';
import { toExperiment } from './schema.ts';
import {
  type Comparison,
  type Estimate,
  probabilities,
  requiredSubjects,
  sampleRatio,
} from './statistics/index.ts';
import type { StoredExperiment } from './store.ts';
import { summaryOf, warningsOf } from './summary.ts';
import { withoutNoise } from './without-noise.ts';

/** The power with which the required number of subjects finds the minimum effect. */
const power = 0.8;

interface ReadMetric extends ExperimentMetric {
  readonly role: 'primary' | 'guard';
  readonly unit: MetricResult['unit'];
  readonly reading: Reading;
  /** 1 minus the confidence of one comparison. */
  readonly alpha: number;
}

/** Totals of an experiment, with the metrics that are read of them. */
export interface Trial {
  readonly row: StoredExperiment;
  readonly arms: readonly Arm[];
  readonly control: Arm | undefined;
  readonly metrics: readonly ReadMetric[];
  /** 1 minus the confidence level. */
  readonly alpha: number;
}

/** The confidence of all comparisons by the primary metric together is the level, and so is that of all guards. */
export function toTrial(row: StoredExperiment, cells: readonly Cell[]): Trial {
  const { settings } = toExperiment(row);
  const arms = toArms(row.variants, cells);
  const alpha = 1 - settings.confidence_level;
  const rivals = Math.max(1, arms.length - 1);
  const read = (given: ExperimentMetric, role: ReadMetric['role'], comparisons: number) => {
    const measure = measureOf(given.metric, settings.success);
    const reading = readingOf({ ...given, measure }, arms, settings.uses_prior_behaviour);
    return { ...given, role, unit: measure.unit, reading, alpha: alpha / comparisons };
  };
  const guards = row.guard_metrics;
  return {
    row,
    arms,
    control: arms.find(({ variant }) => variant.is_control),
    metrics: [
      read(row.primary_metric, 'primary', rivals),
      ...guards.map((guard) => read(guard, 'guard', rivals * guards.length)),
    ],
    alpha,
  };
}

const compareTo = ({ control }: Trial, arm: Arm, metric: ReadMetric): Comparison | null =>
  control === undefined || arm === control ? null : metric.reading.compare(control, arm, metric);

/** Returns the estimates by the primary metric of the variants that are not stopped, adjusted as comparisons are. */
export function primaryEstimates({ arms, metrics, alpha }: Trial): Map<string, Estimate | null> {
  const [primary] = metrics;
  return new Map(
    arms
      .filter(({ variant }) => variant.stopped_at === null)
      .map((arm) => [arm.variant.id, primary?.reading.estimate(arm, alpha, true) ?? null]),
  );
}

export const guardStates = (
  trial: Trial,
): (GuardResult & { readonly comparison: Comparison | null })[] =>
  trial.metrics
    .filter(({ role }) => role === 'guard')
    .flatMap((metric) =>
      trial.arms
        .filter(({ variant }) => !variant.is_control)
        .map((arm) => {
          const comparison = compareTo(trial, arm, metric);
          return {
            metric: metric.metric,
            variant_id: arm.variant.id,
            state: stateOf(comparison),
            comparison,
          };
        }),
    );

function stateOf(comparison: Comparison | null): GuardResult['state'] {
  if (comparison === null) return 'no_data';
  if (comparison.is_harmful) return 'harmful';
  if (comparison.verdict === 'undecided') return 'undecided';
  return comparison.verdict === 'worse' ? 'worse' : 'ok';
}

/** Computes the results of an experiment out of its totals. */
export function computeResults(
  row: StoredExperiment,
  cells: readonly Cell[],
  weights: Weights,
): ExperimentResults {
  const trial = toTrial(row, cells);
  const experiment = toExperiment(row);
  const { settings } = experiment;
  const variants = variantResults(trial);
  const guards = guardStates(trial).map(({ comparison: _, ...guard }) => guard);
  const sample_ratio = sampleRatioOf(trial, weights);
  const required = requiredOf(trial);
  const primary = row.primary_metric;
  const results = {
    experiment_id: row.id,
    status: row.status,
    mode: row.mode,
    is_final: row.ended_at !== null,
    counted_until: toWireTimeOrNull(row.counted_at),
    confidence_level: settings.confidence_level,
    ...{ variants, guards, sample_ratio, required },
    recommendation: recommend({
      ...{ primary, variants, guards, sample_ratio, required },
      minimum_subjects: settings.minimum_subjects,
    }),
    stopping_rule: stoppingRule(settings.confidence_level),
  };
  const hasPrior = trial.metrics[0]?.reading.adjustment != null;
  return withoutNoise({
    ...results,
    summary: summaryOf(row, results),
    warnings: warningsOf(experiment, results, hasPrior),
  });
}

function variantResults(trial: Trial): VariantResult[] {
  const estimates = primaryEstimates(trial);
  const known = [...estimates].flatMap(([id, estimate]) =>
    estimate === null ? [] : [{ id, estimate }],
  );
  const chances =
    known.length > 0 && known.length === estimates.size
      ? probabilities(
          known.map(({ estimate }) => estimate),
          trial.row.primary_metric.direction,
        )
      : null;
  return trial.arms.map((arm) => {
    const { id, name, is_control, weight, stopped_at } = arm.variant;
    const place = known.findIndex((one) => one.id === id);
    return {
      ...{ id, name, is_control, weight, stopped_at: toWireTimeOrNull(stopped_at) },
      exposures: totalOf(arm, ({ subjects }) => subjects),
      subjects: totalOf(arm, ({ sums }) => sums.active),
      probability_best: chances?.best[place] ?? null,
      expected_loss: chances?.loss[place] ?? null,
      metrics: trial.metrics.map((metric) => metricResult(trial, arm, metric)),
    };
  });
}

function metricResult(trial: Trial, arm: Arm, metric: ReadMetric): MetricResult {
  const estimate = metric.reading.estimate(arm, trial.alpha);
  const comparison = compareTo(trial, arm, metric);
  const { metric: name, role, unit } = metric;
  return {
    ...{ metric: name, role, unit },
    value: estimate?.value ?? null,
    low: estimate?.low ?? null,
    high: estimate?.high ?? null,
    versus_control: comparison === null ? null : toVersus(comparison),
  };
}

const toVersus = ({ is_conclusive: _, is_harmful: __, ...shown }: Comparison) => shown;

/** A variant that is stopped gets no more subjects in its epoch, so only the others are checked. */
function sampleRatioOf({ arms }: Trial, weights: Weights) {
  const running = arms.filter(({ variant }) => variant.stopped_at === null);
  const epochs = (running[0]?.cells ?? []).flatMap(({ epoch }, place) => {
    const shares = weights.get(epoch);
    return shares === undefined
      ? []
      : [
          {
            counts: running.map(({ cells }) => cells[place]?.subjects ?? 0),
            weights: running.map(({ variant }) => shares[variant.id] ?? 0),
          },
        ];
  });
  return sampleRatio(
    epochs.map(({ counts }) => counts),
    epochs.map((one) => one.weights),
  );
}

function requiredOf({ row, arms, control, metrics, alpha }: Trial): ExperimentResults['required'] {
  const [primary] = metrics;
  const estimate = control && primary?.reading.estimate(control, alpha, true);
  if (primary === undefined || estimate == null || estimate.variance === 0) return null;
  const running = arms.filter(({ variant }) => variant.stopped_at === null);
  const plan = requiredSubjects({
    mean: estimate.value,
    variance: estimate.variance * estimate.n,
    minimum_effect: primary.minimum_effect,
    ...{ alpha, power, variants: running.length },
  });
  if (plan === null) return null;
  const exposures = running.map((arm) => totalOf(arm, ({ subjects }) => subjects));
  const fewest = Math.min(...exposures);
  const progress = Math.min(1, fewest / plan.per_variant);
  const elapsed = ((row.counted_at ?? 0) - (row.started_at ?? 0)) / day;
  const isForecast = row.status === 'running' && elapsed > 0 && fewest > 0;
  return {
    subjects_per_variant: plan.per_variant,
    subjects: plan.total,
    progress,
    days_left: isForecast ? ((1 - progress) * plan.per_variant * elapsed) / fewest : null,
  };
}
