export { chatStream } from './chat-stream.ts';
export { eraseDueConversations } from './conversations.ts';
export { conversationRoutes } from './conversations-routes.ts';
export { openAiErrors, unknownUrl } from './errors.ts';
export { eraseDueFiles } from './files.ts';
export { fileRoutes } from './files-routes.ts';
export { responsesStream } from './responses-stream.ts';
export { openAiRoutes } from './routes.ts';
