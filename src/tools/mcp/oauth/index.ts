export { AuthorizationFault, SignInRequired } from './fault.ts';
export { isSignedIn, signInOutcome } from './outcome.ts';
export { type TokenProvider, tokenProvider } from './provider.ts';
export { revocationsOf } from './revoke.ts';
export { mcpAuthorizationRoutes, mcpCallbackRoutes } from './routes.ts';
export { type SignInPage, startSignIn } from './sign-in.ts';
export type { Server as OAuthServer } from './store.ts';
