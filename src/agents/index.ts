export { fingerprintOf, refuseArchived, withAgent } from './change.ts';
export { AgentConfig, AgentConfigPatch } from './config.ts';
export { createAgent } from './create.ts';
export { agentsFeature } from './feature.ts';
export { fieldSchemas as agentFieldSchemas } from './fields.ts';
export { searchAgent } from './knowledge.ts';
export { parseConfig } from './merge-config.ts';

export { OutputSchema } from './output-schema.ts';
export {
  agent as AgentParameter,
  Version as VersionParameter,
  VersionRequest,
} from './parameters.ts';
export { refusePurged } from './pin-knowledge.ts';
export { previewAgent, previewAgentConfig, previewConfig } from './preview.ts';
export { agentOfProviderModel } from './provider-model.ts';

export { Agent, CreateAgent, OverrideReason, VersionReference } from './schema.ts';
export { findAgent, findAgentId, getAgent } from './service.ts';
export { type AgentRow, selectAgent } from './store.ts';
export { checkUsable } from './tools.ts';
export { chooseVersion, selectVersionFor } from './version-choice.ts';
export type { Version } from './version-schema.ts';
export { createVersion, getVersion, planActivation } from './versions.ts';
