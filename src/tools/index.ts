export type { ToolPin } from '../db/schema/tools.ts';
export { availableBuiltIns, builtInNames, type Effect, effects } from './definition.ts';
export { toolsFeature } from './feature.ts';
export { headerProblem } from './headers.ts';
export { callHttpTool } from './http-call.ts';
export { schemaProblem } from './input-schema.ts';
export { type PinnedTool, pinTools, readPinned, readPinStates } from './pins.ts';
export { rewrapToolSecrets } from './rotate.ts';
export { type PinState, pinStates, pinStatuses } from './store.ts';
