import type { Feature } from '../http/feature.ts';
import { erasureRoutes } from './erasures/routes.ts';
import { erasureJob } from './erasures/run-erasure.ts';
import { endUsersRoutes } from './routes.ts';
import { deleteTombstones } from './tasks.ts';

export const endUsersFeature = {
  routes: { '/api/v1': [endUsersRoutes, erasureRoutes] },
  jobs: { 'end_user.erase': erasureJob },
  tasks: { everyHour: [{ name: 'tombstones', run: deleteTombstones }] },
} satisfies Feature;
