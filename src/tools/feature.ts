import type { Feature } from '../http/feature.ts';
import { mcpRoutes } from './mcp/routes.ts';
import { toolRoutes } from './routes.ts';

export const toolsFeature = {
  routes: { '/api/v1': [mcpRoutes, toolRoutes] },
} satisfies Feature;
