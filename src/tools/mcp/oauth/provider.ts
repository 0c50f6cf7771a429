import type { Ctx } from '../../../platform/context.ts';
import { accessToken } from './access-token.ts';
import { clientCredentialsToken } from './client-credentials.ts';
import type { Server } from './store.ts';

/** The `authProvider` of a transport of the MCP client. */
export interface TokenProvider {
  /** Throws `SignInRequired` and `AuthorizationFault`. */
  token(): Promise<string>;
  /** Renews the token that the server has refused. Throws like `token`. */
  onUnauthorized(): Promise<void>;
}

/**
 * Returns the tokens for requests to a server with `auth` of the type `oauth` or `client_credentials`. `end_user_id` is
 * that of the run, or empty for the workspace. Call `token()` before connecting: it throws what the transport would hide.
 */
export function tokenProvider(ctx: Ctx, server: Server, end_user_id: string): TokenProvider {
  let current: string | null = null;
  const request = (refused: string | null) =>
    server.auth.type === 'client_credentials'
      ? clientCredentialsToken(ctx, server, refused)
      : accessToken(ctx, server, end_user_id, refused);
  return {
    async token() {
      current ??= await request(null);
      return current;
    },
    async onUnauthorized() {
      current = await request(current);
    },
  };
}
