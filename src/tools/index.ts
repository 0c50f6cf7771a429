export type { ToolPin } from '../db/schema/tool-pins.ts';

export type { Effect } from './definition.ts';
export { toolsFeature } from './feature.ts';
export { headerProblem } from './headers.ts';
export { isSignedIn } from './mcp/oauth/index.ts';
export { type PinState, pinStates, pinsExist } from './pin-states.ts';
export { listAvailableTools, pinTools, readPinStates, resolvePins } from './pins.ts';
export { expandWildcards } from './sources/mcp.ts';
export { pinStatuses } from './sources/source.ts';
export type {
  CallableTool,
  KnowledgeAnswer,
  KnowledgeQuery,
  ToolContext,
  ToolImage,
  ToolOutcome,
  ToolProgress,
  ToolServices,
} from './tool.ts';
