import type { Feature } from '../http/feature.ts';
import { findAnomalies } from './anomaly-search.ts';
import { archiveUsage } from './archive.ts';
import { analyticsJobs } from './jobs.ts';
import { rollUp } from './rollup.ts';
import { analyticsRoutes } from './routes.ts';

export const analyticsFeature = {
  routes: { '/api/v1': [analyticsRoutes] },
  jobs: analyticsJobs,
  tasks: {
    // In this order: anomalies are found in rollups, and the archive takes usage that is rolled up.
    everyHour: [
      { name: 'rollups', run: rollUp },
      { name: 'anomalies', run: findAnomalies },
      { name: 'usage_archive', run: archiveUsage },
    ],
  },
} satisfies Feature;
