export { rollUp } from './rollup.ts';
export { analyticsRoutes } from './routes.ts';
