import type { Feature } from '../http/feature.ts';
import {
  deleteAbandonedSignIns,
  mcpAuthorizationRoutes,
  mcpCallbackRoutes,
} from './mcp/oauth/index.ts';
import { mcpRoutes } from './mcp/routes.ts';
import { toolRoutes } from './routes.ts';

export const toolsFeature = {
  routes: {
    '/api/v1': [mcpRoutes, mcpAuthorizationRoutes, toolRoutes],
    '/': [mcpCallbackRoutes],
  },
  tasks: { everyHour: [{ name: 'mcp_sign_ins', run: deleteAbandonedSignIns }] },
} satisfies Feature;
