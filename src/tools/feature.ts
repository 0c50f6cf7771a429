import type { Feature } from '../http/feature.ts';
import { rewrapToolSecrets } from './rotate.ts';
import { toolRoutes } from './routes.ts';

export const toolsFeature = {
  routes: { '/api/v1': [toolRoutes] },
  tasks: { everyHour: [{ name: 'tool_secrets', run: rewrapToolSecrets }] },
} satisfies Feature;
