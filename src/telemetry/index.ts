export { exportTelemetry } from './export.ts';
export { telemetryJobs } from './jobs.ts';
export { telemetryRoutes } from './routes.ts';
export { rewrapTelemetryHeaders } from './secrets.ts';
