import type { Feature } from '../../http/feature.ts';
import type { StreamProtocol } from '../../runs/index.ts';
import { uiStream } from './encoder.ts';
import { chatRoutes } from './routes.ts';

export const uiStreamFeature = {
  routes: { '/api/v1': [chatRoutes] },
  streams: [uiStream],
} satisfies Feature & { readonly streams: readonly StreamProtocol[] };
