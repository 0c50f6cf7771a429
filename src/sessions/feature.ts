import type { Feature } from '../http/feature.ts';
import { attachmentJobs } from './attachments/extract.ts';
import { attachmentRoutes } from './attachments/routes.ts';
import { backgroundJobs } from './background/jobs.ts';
import { closeLostRuns } from './host/jobs.ts';
import { eraseDueSessions } from './retention/jobs.ts';
import { sessionRoutes } from './routes.ts';
import { indexSessions } from './search/index-sessions.ts';
import { uiWire } from './wire/ui-message-stream.ts';
import type { WireKind } from './wire/wire.ts';

export const sessionsFeature = {
  routes: { '/api/v1': [sessionRoutes, attachmentRoutes] },
  jobs: { ...attachmentJobs, ...backgroundJobs },
  tasks: {
    everyMinute: [
      { name: 'lost_runs', run: closeLostRuns },
      { name: 'session_index', run: indexSessions },
    ],
    everyHour: [{ name: 'retention', run: eraseDueSessions }],
  },
  streams: [uiWire],
} satisfies Feature & { readonly streams: readonly WireKind[] };
