export { evaluationFeature } from './feature.ts';
