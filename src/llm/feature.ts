import type { Feature } from '../http/feature.ts';
import { rewrapCredentials } from './credentials.ts';
import { llmRoutes } from './routes.ts';

export const llmFeature = {
  routes: { '/api/v1': [llmRoutes] },
  tasks: { everyHour: [{ name: 'credentials', run: rewrapCredentials }] },
} satisfies Feature;
