import type { Feature } from '../http/feature.ts';
import type { NativeStream } from '../runs/index.ts';
import { attachmentJobs } from './attachments/extract.ts';
import { attachmentRoutes } from './attachments/routes.ts';
import { backgroundJobs } from './background/jobs.ts';
import { sessionEventRoutes } from './events/routes.ts';
import { memoryJobs } from './memories/extract.ts';
import { memoryRoutes } from './memories/routes.ts';
import { eraseDueSessions } from './retention/jobs.ts';
import { sessionRoutes } from './routes.ts';
import { indexSessions } from './search/index-sessions.ts';
import { turnDriver } from './turn/driver.ts';

/** `native` is the stream protocol of the product's own API. */
export const sessionsFeature = (native: NativeStream) =>
  ({
    routes: {
      '/api/v1': [sessionRoutes(native), attachmentRoutes, sessionEventRoutes, memoryRoutes],
    },
    jobs: { ...attachmentJobs, ...backgroundJobs, ...memoryJobs },
    tasks: {
      everyMinute: [{ name: 'session_index', run: indexSessions }],
      everyHour: [{ name: 'retention', run: eraseDueSessions }],
    },
    drivers: [turnDriver],
  }) satisfies Feature & { readonly drivers: unknown };
