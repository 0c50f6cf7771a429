import type { Feature } from '../http/feature.ts';
import { closeLost, deleteOld, removeExpiredFiles } from '../tools/index.ts';
import { codeRoutes } from './routes.ts';

export const codeFeature = {
  routes: { '/api/v1': [codeRoutes] },
  tasks: {
    everyMinute: [
      { name: 'generated_files', run: removeExpiredFiles },
      { name: 'lost_code', run: closeLost },
    ],
    everyHour: [{ name: 'code_retention', run: deleteOld }],
  },
} satisfies Feature;
