export { observabilityFeature } from './feature.ts';
