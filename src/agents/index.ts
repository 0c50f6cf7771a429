export { checkConfig } from './check.ts';
export { AgentConfig, AgentConfigPatch, mergeConfig, parseConfig } from './config.ts';
export { createAgent } from './create.ts';
export { agentsFeature } from './feature.ts';
export type { InputField } from './inputs.ts';
export { OutputSchema } from './output-schema.ts';
export {
  agent as AgentParameter,
  Version as VersionParameter,
  VersionRequest,
} from './parameters.ts';
export { previewConfig } from './preview.ts';
export { agentOfProviderModel } from './provider-model.ts';
export { VersionReference } from './schema.ts';
export { findAgent } from './service.ts';
export { type AgentRow, selectAgent } from './store.ts';
export { chooseVersion, selectVersionFor, type VersionRow } from './version-choice.ts';
export { toVersionReference } from './version-schema.ts';
