export { type AgentConfig, parseConfig } from './config.ts';
export type { InputField } from './inputs.ts';
export { agent as AgentParameter, Version as VersionParameter } from './parameters.ts';
export { agentRoutes } from './routes.ts';
export { VersionReference } from './schema.ts';
export { findAgent } from './service.ts';
export { type AgentRow, selectAgent } from './store.ts';
export { toVersionReference } from './version-schema.ts';
export { selectVersionFor, type VersionRow } from './version-store.ts';
