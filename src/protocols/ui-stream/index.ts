export { uiStream } from './encoder.ts';
export { uiStreamFeature } from './feature.ts';
