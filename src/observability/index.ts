export { healthRoutes } from './health/routes.ts';
export { recordTick } from './health/ticks.ts';
export { exportTelemetry } from './telemetry/export.ts';
export { telemetryJobs } from './telemetry/jobs.ts';
export { telemetryRoutes } from './telemetry/routes.ts';
