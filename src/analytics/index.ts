export { findAnomalies } from './anomaly-search.ts';
export { archiveUsage } from './archive.ts';
export { analyticsJobs } from './jobs.ts';
export { rollUp } from './rollup.ts';
export { analyticsRoutes } from './routes.ts';
