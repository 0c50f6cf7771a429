export { channelsFeature } from './feature.ts';
