export { askModel, type Task, type TaskResult } from './ask.ts';
export { capabilitiesOf } from './capabilities.ts';
export { checkModels, type ModelUse } from './check-model.ts';
export { isFromText, ofMessage, type StepEvent } from './content.ts';
export { contextWindowOf } from './context-window.ts';
export { isSummaryPart, type Said, writeConversation, writeSummary } from './conversation.ts';
export { rewrapCredentials } from './credentials.ts';
export { type EmbedCall, embed } from './embed.ts';
export { llmFeature } from './feature.ts';
export { isFollowUp } from './follow-up.ts';
export { type LostCall, settleLost } from './lost-call.ts';
export { modelWarnings, type Warning } from './model-warnings.ts';
export { listCallableModels } from './models.ts';
export { type Passage, writePassages } from './passages.ts';
export { type RerankCall, type RerankedDocument, rerank } from './rerank.ts';
export { type StepCall, type StepResult, streamStep } from './step.ts';
export {
  type OutputFormat,
  parseStructured,
  repairPrompt,
  type Structured,
  structuredFormat,
  structuredOutputFailed,
  toOutputFormat,
} from './structured.ts';
export { batchWithModels } from './workspace-models.ts';
