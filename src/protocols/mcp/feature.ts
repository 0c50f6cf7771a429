import type { Feature } from '../../http/feature.ts';
import type { StreamProtocol } from '../../runs/index.ts';
import { mcpRoutes } from './routes.ts';
import { mcpStream } from './run-stream.ts';

export const mcpFeature = {
  routes: { '/': [mcpRoutes] },
  streams: [mcpStream],
} satisfies Feature & { readonly streams: readonly StreamProtocol[] };
