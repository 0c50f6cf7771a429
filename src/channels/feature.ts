import type { Feature } from '../http/feature.ts';

export const channelsFeature = {
  jobs: {
    'channel.reply': { run: async () => undefined, onExhausted: async () => undefined },
    'channel.receive': { run: async () => undefined, onExhausted: async () => undefined },
    'channel.send': { run: async () => undefined, onExhausted: async () => undefined },
  },
} satisfies Feature;
