import type { Measured } from './metrics.ts';
import {
  emptyMoments,
  emptyQuantile,
  type Moments,
  type QuantileSums,
  replaceIn,
  replaceSubject,
} from './statistics/index.ts';
import { type SubjectFigures, vectorOf } from './subject-figures.ts';

/** Sums over the subjects of a variant in an epoch: `experiment_totals.sums`. All results are computed from them. */
export interface Totals {
  /** Subjects with a run that has ended. */
  active: number;
  readonly ratios: Record<string, Moments>;
  readonly quantiles: Record<string, QuantileSums>;
}

export const emptyTotals = (): Totals => ({ active: 0, ratios: {}, quantiles: {} });

/** Replaces the figures of a subject, or adds the subject if it was not counted `before`. */
export function replaceInTotals(
  totals: Totals,
  metrics: readonly Measured[],
  before: SubjectFigures | null,
  after: SubjectFigures,
): void {
  totals.active += Number(isActive(after)) - Number(before !== null && isActive(before));
  for (const { metric, measure } of metrics) {
    if (measure.kind === 'ratio') {
      totals.ratios[metric] ??= emptyMoments();
      replaceIn(
        totals.ratios[metric],
        before === null ? null : vectorOf(before, measure),
        vectorOf(after, measure),
      );
    } else {
      totals.quantiles[metric] ??= emptyQuantile();
      replaceSubject(
        totals.quantiles[metric],
        before === null ? null : (before.values[measure.values] ?? {}),
        after.values[measure.values] ?? {},
      );
    }
  }
}

const isActive = ({ is_active }: SubjectFigures): boolean => is_active === true;
