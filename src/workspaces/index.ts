export { authenticate, forgetKeysOf } from './authenticate.ts';
export { workspaceRoutes } from './routes.ts';
export { type CheckModel, findWorkspace } from './service.ts';
export type { WorkspaceRow } from './store.ts';
