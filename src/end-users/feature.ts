import type { Feature } from '../http/feature.ts';
import { endUsersRoutes } from './routes.ts';

export const endUsersFeature = {
  routes: { '/api/v1': [endUsersRoutes] },
} satisfies Feature;
