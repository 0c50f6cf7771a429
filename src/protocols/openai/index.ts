export { chatWire } from './chat-wire.ts';
export { openAiErrors, unknownUrl } from './errors.ts';
export { openAiFeature } from './feature.ts';
export { responsesWire } from './responses-wire.ts';
