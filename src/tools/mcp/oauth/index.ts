export { deleteAbandonedSignIns } from './abandoned.ts';
export { isSignedIn, signInOutcome } from './outcome.ts';
export { tokenAuthorization } from './provider.ts';
export { revocationsOf } from './revoke.ts';
export { mcpAuthorizationRoutes, mcpCallbackRoutes } from './routes.ts';
