import type { Feature } from '../http/feature.ts';
import { channelStream } from './incoming/run-stream.ts';
import { channelJobs, continueChannels, deleteOldMessages } from './jobs.ts';
import { channelEventRoutes, channelRoutes } from './routes.ts';

export const channelsFeature = {
  routes: { '/api/v1': [channelRoutes, channelEventRoutes] },
  jobs: channelJobs,
  tasks: {
    everyMinute: [{ name: 'channels', run: continueChannels }],
    everyHour: [{ name: 'channel_messages', run: deleteOldMessages }],
  },
  streams: [channelStream],
} satisfies Feature & { readonly streams: unknown };
