import type { Ctx } from '../../../platform/context.ts';
import { McpFault } from '../fault.ts';
import { accessToken } from './access-token.ts';
import { clientCredentialsToken } from './client-credentials.ts';
import { AuthorizationFault, SignInRequired } from './fault.ts';
import type { Server } from './store.ts';

/** The access tokens of one connection. */
export interface TokenAuthorization {
  readonly provider: {
    readonly token: () => Promise<string>;
    readonly onUnauthorized: () => Promise<void>;
  };
  /** The tokens so far. */
  readonly secrets: readonly string[];
}

/**
 * Returns the tokens for requests to a server with `auth` of the type `oauth` or `client_credentials`. A token that the
 * server refuses is renewed once. `end_user_id` is empty for the workspace, and null in a run without an end user.
 * Throws `McpFault`.
 */
export async function tokenAuthorization(
  ctx: Ctx,
  server: Server,
  end_user_id: string | null,
): Promise<TokenAuthorization> {
  const secrets: string[] = [];
  const request = async (refused: string | null) => {
    const token = await requestToken(ctx, server, end_user_id, refused).catch((error: unknown) => {
      throw toMcpFault(error);
    });
    secrets.push(token);
  };
  await request(null);
  const current = () => secrets.at(-1) ?? '';
  return {
    provider: { token: async () => current(), onUnauthorized: () => request(current()) },
    secrets,
  };
}

async function requestToken(
  ctx: Ctx,
  server: Server,
  end_user_id: string | null,
  refused: string | null,
): Promise<string> {
  const { auth } = server;
  if (auth.type === 'client_credentials') return clientCredentialsToken(ctx, server, refused);
  const subject = auth.type === 'oauth' && auth.per === 'end_user' ? end_user_id : '';
  if (subject === null) throw new SignInRequired('The run has no end user who has signed in.');
  return accessToken(ctx, server, subject, refused);
}

function toMcpFault(error: unknown): unknown {
  if (error instanceof SignInRequired)
    return new McpFault('auth_required', `${error.message} A sign-in is required.`);
  if (error instanceof AuthorizationFault)
    return new McpFault('authorization_failed', error.message);
  return error;
}
