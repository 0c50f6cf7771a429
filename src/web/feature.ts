import type { Feature } from '../http/feature.ts';
import { repeatBounded } from '../platform/repeat-bounded.ts';
import { searchProviderRoutes } from './search/routes.ts';
import { deleteExpired } from './search/store.ts';

const rowsAtOnce = 1000;

export const webFeature = {
  routes: { '/api/v1': [searchProviderRoutes] },
  tasks: {
    everyHour: [
      {
        name: 'expired_searches',
        run: (ctx) =>
          repeatBounded(20, rowsAtOnce, () => deleteExpired(ctx.db, ctx.now(), rowsAtOnce)),
      },
    ],
  },
} satisfies Feature;
