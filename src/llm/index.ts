export { askModel } from './ask.ts';
export { capabilitiesOf } from './capabilities.ts';
export { checkModels, type ModelUse } from './check-model.ts';
export { isFromText, ofMessage, type StepEvent } from './content.ts';
export { contextWindowOf } from './context-window.ts';
export { writeConversation, writeSummary } from './conversation.ts';
export { rewrapCredentials } from './credentials.ts';
export { type EmbedCall, embed } from './embed.ts';
export { llmFeature } from './feature.ts';
export { isFollowUp } from './follow-up.ts';
export { type LostCall, settleLost } from './lost-call.ts';
export { modelWarnings } from './model-warnings.ts';
export { listCallableModels } from './models.ts';
export { type Passage, writePassages } from './passages.ts';
export { type RerankCall, type RerankedDocument, rerank } from './rerank.ts';
export { type StepCall, type StepResult, streamStep } from './step.ts';
export {
  type OutputFormat,
  parseStructured,
  repairPrompt,
  structuredFormat,
  structuredOutputFailed,
  toOutputFormat,
} from './structured.ts';
export { batchWithModels } from './workspace-models.ts';
