export { archiveUsage } from './archive.ts';
export { rollUp } from './rollup.ts';
export { analyticsRoutes } from './routes.ts';
