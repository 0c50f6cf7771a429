export { mcpErrors } from './errors.ts';
export { mcpFeature } from './feature.ts';
