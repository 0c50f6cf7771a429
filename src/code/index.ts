export { codeFeature } from './feature.ts';
