import type { Feature } from '../../http/feature.ts';
import type { WireKind } from '../../sessions/index.ts';
import { chatWire } from './chat-wire.ts';
import { eraseDueConversations } from './conversations.ts';
import { conversationRoutes } from './conversations-routes.ts';
import { eraseDueFiles } from './files.ts';
import { fileRoutes } from './files-routes.ts';
import { responsesWire } from './responses-wire.ts';
import { openAiRoutes } from './routes.ts';

export const openAiFeature = {
  routes: { '/v1': [openAiRoutes, conversationRoutes, fileRoutes] },
  tasks: {
    everyHour: [
      { name: 'uploads', run: eraseDueFiles },
      { name: 'conversations', run: eraseDueConversations },
    ],
  },
  streams: [chatWire, responsesWire],
} satisfies Feature & { readonly streams: readonly WireKind[] };
