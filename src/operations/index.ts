export { healthRoutes } from './routes.ts';
export { recordTick } from './ticks.ts';
