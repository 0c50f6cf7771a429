export { chatWire } from './chat-wire.ts';
export { eraseDueConversations } from './conversations.ts';
export { conversationRoutes } from './conversations-routes.ts';
export { openAiErrors, unknownUrl } from './errors.ts';
export { eraseDueFiles } from './files.ts';
export { fileRoutes } from './files-routes.ts';
export { responsesWire } from './responses-wire.ts';
export { openAiRoutes } from './routes.ts';
