import type { Feature } from '../http/feature.ts';
import { mcpAuthorizationRoutes, mcpCallbackRoutes } from './mcp/oauth/index.ts';
import { mcpRoutes } from './mcp/routes.ts';
import { toolRoutes } from './routes.ts';

export const toolsFeature = {
  routes: {
    '/api/v1': [mcpRoutes, mcpAuthorizationRoutes, toolRoutes],
    '/': [mcpCallbackRoutes],
  },
} satisfies Feature;
