export { deploymentFeature } from './feature.ts';
