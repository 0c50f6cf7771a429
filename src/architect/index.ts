export { architectFeature } from './feature.ts';
