export type { AgentCall, RunAgent } from './builtin/agent.ts';

export {
  type ClientTools,
  type LoopEvent,
  type LoopResult,
  type Round,
  runLoop,
} from './loop.ts';
export { resolveTools } from './resolve.ts';
export { type Limit, reachedLimit, type Spent } from './stop.ts';
export {
  clientOutcome,
  resumedMessages,
  type SuspendedStep,
} from './suspension.ts';
export type { ClientTool, Tool, ToolOutcome } from './tool.ts';
export { toAnswered } from './transcript.ts';
