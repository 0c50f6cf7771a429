export type { ToolOutcome } from '../tools/index.ts';

export { callTools, readInput } from './call-tools.ts';
export type { ClientTools } from './client-tools.ts';
export type { AgentCall, RunAgent } from './delegate.ts';
export { boundBy } from './judge-call.ts';
export { type LoopEvent, type LoopResult, type LoopStep, runLoop } from './loop.ts';
export { afterAnswer, takeOpenCalls } from './open-calls.ts';
export {
  answerFromRecord,
  type RecordedCall,
  sourceOfCall,
  type ToolRecord,
} from './recorded-tools.ts';
export { resolveTools } from './resolve.ts';
export type { ToolPorts } from './services.ts';
export { withoutEffects } from './simulate.ts';
export { approvalDigest } from './sort-calls.ts';

export { type Limit, reachedLimit, type Spent } from './stop.ts';
export {
  clientOutcome,
  type PendingCall,
  type Resolution,
  resumedMessages,
  type SuspendedStep,
  stepThatWaits,
} from './suspension.ts';
export type { ClientTool, RunContext as ToolRunContext, Tool } from './tool.ts';
export { toAnswered } from './transcript.ts';
export { Untrusted } from './untrusted.ts';
