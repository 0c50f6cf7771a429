import type { Feature } from '../http/feature.ts';
import { removeOldCodes } from './codes.ts';
import { chatPageRoutes } from './page.ts';
import { shareLinkRoutes } from './routes.ts';
import { visitRoutes } from './visit-routes.ts';

export const shareLinksFeature = {
  routes: { '/api/v1': [shareLinkRoutes, visitRoutes], '/': [chatPageRoutes] },
  tasks: { everyHour: [{ name: 'share_codes', run: removeOldCodes }] },
} satisfies Feature;
