export { shareLinksFeature } from './feature.ts';
