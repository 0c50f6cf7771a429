import type { Feature } from '../http/feature.ts';
import { erasureJobs } from './jobs.ts';

export const erasureFeature = {
  jobs: erasureJobs,
} satisfies Feature;
