export { banditWeights } from './bandit.ts';
export { compareQuantiles } from './compare-quantiles.ts';
export { compareRatios } from './compare-ratios.ts';
export type { Comparison, ComparisonOptions } from './comparison.ts';
export { addTo, emptyMoments, type Figures, type Moments, merge, replaceIn } from './moments.ts';
export { probabilities } from './posterior.ts';
export { estimateQuantile } from './quantile.ts';
export {
  type BucketCounts,
  bucketOf,
  emptyQuantile,
  mergeQuantile,
  type QuantileSums,
  replaceSubject,
} from './quantile-sums.ts';
export { type Adjustment, adjustmentOf, type Estimate, estimateRatio } from './ratio.ts';
export { requiredSubjects } from './required-subjects.ts';
export { sampleRatio } from './sample-ratio.ts';
