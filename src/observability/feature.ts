import type { Feature } from '../http/feature.ts';
import { healthRoutes } from './health/routes.ts';
import { exportTelemetry } from './telemetry/export.ts';
import { telemetryJobs } from './telemetry/jobs.ts';
import { telemetryRoutes } from './telemetry/routes.ts';

export const observabilityFeature = {
  routes: { '/api/v1': [telemetryRoutes], '/': [healthRoutes] },
  jobs: telemetryJobs,
  tasks: {
    everyMinute: [{ name: 'telemetry', run: exportTelemetry }],
  },
} satisfies Feature;
