export { openAiErrors, unknownUrl } from './errors.ts';
export { openAiFeature } from './feature.ts';
