export { findAnomalies } from './anomaly-search.ts';
export { analyticsFeature } from './feature.ts';
