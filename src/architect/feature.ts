import type { Feature } from '../http/feature.ts';
import type { NativeStream } from '../runs/index.ts';
import { removeExpiredSessions } from './retention.ts';
import { architectRoutes } from './routes.ts';

/** `native` is the stream protocol of the product's own API. */
export const architectFeature = (native: NativeStream) =>
  ({
    routes: { '/api/v1': [architectRoutes(native)] },
    tasks: { everyHour: [{ name: 'architect_retention', run: removeExpiredSessions }] },
  }) satisfies Feature;
