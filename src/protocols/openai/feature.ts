import type { Feature } from '../../http/feature.ts';
import type { StreamProtocol } from '../../runs/index.ts';
import { chatStream } from './chat-stream.ts';
import { eraseDueConversations } from './conversations.ts';
import { conversationRoutes } from './conversations-routes.ts';
import { eraseDueFiles } from './files.ts';
import { fileRoutes } from './files-routes.ts';
import { responsesStream } from './responses-stream.ts';
import { openAiRoutes } from './routes.ts';

export const openAiFeature = {
  routes: { '/v1': [openAiRoutes, conversationRoutes, fileRoutes] },
  tasks: {
    everyHour: [
      { name: 'uploads', run: eraseDueFiles },
      { name: 'conversations', run: eraseDueConversations },
    ],
  },
  streams: [chatStream, responsesStream],
} satisfies Feature & { readonly streams: readonly StreamProtocol[] };
