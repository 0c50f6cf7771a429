export { erasureFeature } from './feature.ts';
