import type { AuthProvider } from '@modelcontextprotocol/client';
import type { Ctx } from '../../platform/context.ts';
import { openSecret, type SecretRef } from '../../secrets/index.ts';
import { Failure } from '../../shared/failure.ts';
import { tokenAuthorization } from './oauth/index.ts';
import type { SealedServer } from './store.ts';

/** How requests to a server prove who makes them. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  readonly provider?: AuthProvider;
  /** Values that no error may repeat; a renewal of a token adds to them. */
  readonly secrets: readonly string[];
}

/** A secret of a server. It opens for the origin that it was saved for alone (R37). */
export const serverSecret = (server_id: string, field: string, url: string): SecretRef => ({
  owner_type: 'mcp_server',
  owner_id: server_id,
  field,
  bound_to: new URL(url).origin,
});

/** The workspace itself, in place of an end user: it lists tools, and signs in where its end users do not. */
export const workspaceSubject = '';

/**
 * Returns the credentials for requests to a server, for one end user where each has their own; null is a run without an
 * end user. Throws `credential_unusable`, and `McpFault` where nobody has signed in.
 */
export async function authorizationOf(
  ctx: Ctx,
  server: SealedServer,
  end_user_id: string | null,
): Promise<Authorization> {
  const { auth } = server;
  if (auth.type === 'header') {
    const sealed = server.sealed.header;
    if (sealed === undefined)
      throw new Failure('credential_unusable', 'The header of the MCP server must be saved again.');
    const value = await openSecret(ctx, serverSecret(server.id, 'header', server.url), sealed);
    return { headers: { [auth.header]: value }, secrets: [value] };
  }
  return auth.type === 'none'
    ? { headers: {}, secrets: [] }
    : { headers: {}, ...(await tokenAuthorization(ctx, server, end_user_id)) };
}
