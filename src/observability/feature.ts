import type { Feature } from '../http/feature.ts';
import { healthRoutes } from './health/routes.ts';
import { exportTelemetry } from './telemetry/export.ts';
import { telemetryJobs } from './telemetry/jobs.ts';
import { telemetryRoutes } from './telemetry/routes.ts';
import { rewrapTelemetryHeaders } from './telemetry/secrets.ts';

export const observabilityFeature = {
  routes: { '/api/v1': [telemetryRoutes], '/': [healthRoutes] },
  jobs: telemetryJobs,
  tasks: {
    everyMinute: [{ name: 'telemetry', run: exportTelemetry }],
    everyHour: [{ name: 'telemetry_secrets', run: rewrapTelemetryHeaders }],
  },
} satisfies Feature;
