export { eraseSchedules } from './erase.ts';
export { schedulesFeature } from './feature.ts';
