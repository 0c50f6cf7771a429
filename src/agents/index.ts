export { AgentConfig, AgentConfigPatch, parseConfig } from './config.ts';

export { OutputSchema } from './output-schema.ts';
export {
  agent as AgentParameter,
  Version as VersionParameter,
  VersionRequest,
} from './parameters.ts';
export { previewConfig } from './preview.ts';
export { agentOfProviderModel } from './provider-model.ts';
export { agentRoutes } from './routes.ts';

export { findAgent } from './service.ts';
export { type AgentRow, selectAgent } from './store.ts';

export { selectVersionFor } from './version-store.ts';
