export { AgentConfig, AgentConfigPatch } from './config.ts';
export { agentsFeature } from './feature.ts';
export { searchAgent } from './knowledge.ts';
export { parseConfig } from './merge-config.ts';

export { OutputSchema } from './output-schema.ts';
export {
  agent as AgentParameter,
  Version as VersionParameter,
  VersionRequest,
} from './parameters.ts';
export { previewConfig } from './preview.ts';
export { agentOfProviderModel } from './provider-model.ts';

export { findAgent } from './service.ts';
export { type AgentRow, selectAgent } from './store.ts';
export { chooseVersion, selectVersionFor } from './version-choice.ts';
