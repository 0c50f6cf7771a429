import type { Feature } from '../http/feature.ts';
import { mcpAuthorizationRoutes, mcpCallbackRoutes } from './mcp/oauth/index.ts';
import { toolRoutes } from './routes.ts';

export const toolsFeature = {
  routes: { '/api/v1': [toolRoutes, mcpAuthorizationRoutes], '/': [mcpCallbackRoutes] },
} satisfies Feature;
