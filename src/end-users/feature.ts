import type { Feature } from '../http/feature.ts';
import { erasureRoutes } from './erasures/routes.ts';
import { erasureJob } from './erasures/run-erasure.ts';
import { exportRoutes } from './exports/routes.ts';
import { exportJob } from './exports/write-archive.ts';
import { endUsersRoutes } from './routes.ts';
import { deleteTombstones, removeExpiredExports } from './tasks.ts';

export const endUsersFeature = {
  routes: { '/api/v1': [endUsersRoutes, erasureRoutes, exportRoutes] },
  jobs: { 'end_user.erase': erasureJob, 'end_user.export': exportJob },
  tasks: {
    everyHour: [
      { name: 'tombstones', run: deleteTombstones },
      { name: 'end_user_exports', run: removeExpiredExports },
    ],
  },
} satisfies Feature;
