export { closeLostRuns } from './jobs.ts';
export { sessionRoutes } from './routes.ts';
