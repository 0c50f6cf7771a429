export type { ToolPin } from '../db/schema/tool-pins.ts';

export {
  defaultTimeMs,
  type Execution,
  executeCode,
  maxCodeChars,
  maxInputBytes,
} from './code/execute.ts';
export {
  GeneratedFile,
  isSigned,
  refOf,
  toGeneratedFile,
} from './code/generated-file.ts';
export { closeLost, deleteOld, removeExpiredFiles } from './code/retention.ts';
export { selectGeneratedFile, selectLinkedFile } from './code/store.ts';
export type { Effect } from './definition.ts';
export { toolsFeature } from './feature.ts';
export { headerProblem } from './headers.ts';
export { wildcardServer } from './mcp/names.ts';
export { isSignedIn } from './mcp/oauth/index.ts';
export { type PinState, pinStates, pinsExist } from './pin-states.ts';
export { listAvailableTools, pinTools, readPinStates, resolvePins, whyUnusable } from './pins.ts';
export { expandWildcards } from './sources/mcp.ts';
export { pinStatuses } from './sources/source.ts';
export {
  type AskedInput,
  type CallableTool,
  type FileRequest,
  type FoundPage,
  type FoundSource,
  type GivenInput,
  type InputAnswer,
  isPage,
  type KnowledgeAnswer,
  type KnowledgeQuery,
  type ReadFiles,
  type ToolContext,
  type ToolImage,
  type ToolOutcome,
  type ToolProgress,
  type ToolServices,
  type WebQuery,
} from './tool.ts';
