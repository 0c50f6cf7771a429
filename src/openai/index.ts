export { chatWire } from './chat-wire.ts';
export { openAiErrors, unknownUrl } from './errors.ts';
export { responsesWire } from './responses-wire.ts';
export { openAiRoutes } from './routes.ts';
