export { assertConfigured } from './assert-configured.ts';
export { extractFacts, maxFactChars } from './builtin/extract-facts.ts';
export { cleanTitle, isEmptyTitle } from './builtin/extract-title.ts';
export { lexicalVectors } from './builtin/lexical.ts';
export { capabilitiesOf } from './capabilities.ts';
export { checkModels } from './check-model.ts';
export { isFromText, type ModelCallEvent, ofMessage } from './content.ts';
export { contextWindowOf } from './context-window.ts';
export { abridge, writeConversation, writeFacts, writeSummary } from './conversation.ts';
export { embed } from './embed.ts';
export { llmFeature } from './feature.ts';
export { isFollowUp, needsContext } from './follow-up.ts';
export { type ModelCall, type ModelCallResult, streamModelCall } from './model-call.ts';
export { modelWarnings } from './model-warnings.ts';
export { listCallableModels } from './models.ts';
export { neutral, type Passage, writePassages } from './passages.ts';
export { pricesAt } from './prices.ts';
export { type Quote, quoteModel } from './quote.ts';
export { rerank } from './rerank.ts';
export { type LostCall, settleLost } from './settle-lost-call.ts';
export {
  type OutputFormat,
  parseStructured,
  repairPrompt,
  structuredFormat,
  structuredOutputFailed,
  toOutputFormat,
} from './structured.ts';
export { factsTask } from './tasks/facts.ts';
export { runTask, settingsFor } from './tasks/run-task.ts';
export { searchQueriesTask } from './tasks/search-queries.ts';
export { suggestionsTask } from './tasks/suggestions.ts';
export { summaryTask, summaryTokens } from './tasks/summary.ts';
export { titleTask } from './tasks/title.ts';
export { transcribePage, transcriptVersion } from './tasks/transcribe.ts';
export { batchWithModels } from './workspace-models.ts';
