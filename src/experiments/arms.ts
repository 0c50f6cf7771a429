import type { Cell } from './count-store.ts';
import type { Measure } from './metrics.ts';
import {
  type Adjustment,
  adjustmentOf,
  type Comparison,
  type ComparisonOptions,
  compareQuantiles,
  compareRatios,
  type Estimate,
  emptyMoments,
  emptyQuantile,
  estimateQuantile,
  estimateRatio,
  type Moments,
  merge,
  mergeQuantile,
  type QuantileSums,
} from './statistics/index.ts';
import type { StoredVariant } from './store.ts';
import { emptyTotals } from './totals.ts';

type Totalled = Pick<Cell, 'epoch' | 'subjects' | 'sums'>;

/** A variant with its totals in each epoch, the same epochs for all variants. */
export interface Arm {
  readonly variant: StoredVariant;
  readonly cells: readonly Totalled[];
}

export function toArms(variants: readonly StoredVariant[], cells: readonly Cell[]): Arm[] {
  const epochs = [...new Set(cells.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const byKey = new Map(cells.map((cell) => [`${cell.variant_id} ${cell.epoch}`, cell]));
  return variants.map((variant) => ({
    variant,
    cells: epochs.map(
      (epoch) => byKey.get(`${variant.id} ${epoch}`) ?? { epoch, subjects: 0, sums: emptyTotals() },
    ),
  }));
}

export const totalOf = ({ cells }: Arm, read: (cell: Totalled) => number): number =>
  cells.reduce((sum, cell) => sum + read(cell), 0);

/** What is read of one metric: estimates of variants, and comparisons of two. */
export interface Reading {
  /** The common adjustment for prior behaviour; null without one. */
  readonly adjustment: Adjustment | null;
  estimate(arm: Arm, alpha: number, isAdjusted?: boolean): Estimate | null;
  compare(control: Arm, arm: Arm, options: ComparisonOptions): Comparison | null;
}

/** Reads a metric out of totals; all values are in the unit of the metric. */
export function readingOf(
  { metric, measure }: { readonly metric: string; readonly measure: Measure },
  arms: readonly Arm[],
  isAdjusted: boolean,
): Reading {
  if (measure.kind === 'quantile') {
    const sums = ({ cells }: Arm) =>
      cells.map((cell) => cell.sums.quantiles[metric] ?? emptyQuantile());
    return {
      adjustment: null,
      estimate: (arm, alpha) =>
        estimateQuantile(
          sums(arm).reduce<QuantileSums>(mergeQuantile, emptyQuantile()),
          measure.share,
          { alpha },
        ),
      compare: (control, arm, options) =>
        compareQuantiles(sums(control), sums(arm), measure.share, options),
    };
  }
  const sums = ({ cells }: Arm) => cells.map((cell) => cell.sums.ratios[metric] ?? emptyMoments());
  const whole = (arm: Arm) => sums(arm).reduce<Moments>(merge, emptyMoments());
  const adjustment = isAdjusted ? adjustmentOf(arms.map(whole)) : null;
  return {
    adjustment,
    estimate: (arm, alpha, adjusts = false) =>
      scaledEstimate(
        estimateRatio(whole(arm), { alpha, adjust: adjusts ? adjustment : null }),
        measure.scale,
      ),
    compare: (control, arm, options) =>
      scaledComparison(
        compareRatios(sums(control), sums(arm), { ...options, adjust: adjustment }),
        measure.scale,
      ),
  };
}

const scaled = (value: number | null, scale: number) => (value === null ? null : value * scale);

const scaledEstimate = (estimate: Estimate | null, scale: number): Estimate | null =>
  estimate === null
    ? null
    : {
        ...estimate,
        value: estimate.value * scale,
        low: scaled(estimate.low, scale),
        high: scaled(estimate.high, scale),
        variance: estimate.variance * scale ** 2,
      };

const scaledComparison = (comparison: Comparison | null, scale: number): Comparison | null =>
  comparison === null
    ? null
    : {
        ...comparison,
        difference: comparison.difference * scale,
        low: scaled(comparison.low, scale),
        high: scaled(comparison.high, scale),
      };
