import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { authorizationOf, workspaceSubject } from './auth.ts';
import { withConnection } from './connect.ts';
import { McpFault } from './fault.ts';
import { type Listing, listTools, maxListBytes } from './list.ts';
import {
  type McpServerRow,
  type McpToolRow,
  markListed,
  type SealedServer,
  writeOffers,
} from './store.ts';

/** A request that lists waits no longer for the server. */
const maxListMs = 20_000;

/** Lists the tools of a server on a connection of its own. Returns the fault where it fails. */
export async function listOnce(ctx: Ctx, server: SealedServer): Promise<Listing | McpFault> {
  const timeout_ms = Math.min(server.timeout_ms, maxListMs);
  // Negotiates again, so that a server that has learned the current generation is noticed.
  const bounded = { url: server.url, timeout_ms, server_info: null };
  try {
    const authorization = await authorizationOf(ctx, server, workspaceSubject);
    const request = { server: bounded, authorization, signal: ctx.signal, max_bytes: maxListBytes };
    return await withConnection(ctx, request, (connection) => listTools(connection, server));
  } catch (error) {
    if (error instanceof McpFault) return error;
    if (error instanceof Failure && error.code === 'credential_unusable')
      return new McpFault('auth_required', error.message);
    throw error;
  }
}

/** Statements that record a listing of the workspace. The first one of a server accepts its tools. */
export function recordListing(ctx: Ctx, server: SealedServer, listing: Listing): Statement[] {
  const now = ctx.now();
  const { offers, refused, server_info } = listing;
  return [
    ...writeOffers(ctx.db, server, offers, now, server.refreshed_at === null),
    markListed(ctx.db, server, {
      ...{ status: 'ready', error: null, refused, server_info, refreshed_at: now },
    }),
  ];
}

/** The rows of a first listing. */
export const toRows = (ctx: Ctx, server: SealedServer, { offers }: Listing): McpToolRow[] =>
  offers
    .map(({ name, tool_name, definition, hash }) => ({
      ...{ workspace_id: server.workspace_id, server_id: server.id, name, tool_name },
      ...{ accepted: definition, accepted_hash: hash, accepted_at: ctx.now() },
      ...{ offered: definition, offered_hash: hash, changed_at: ctx.now() },
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** How a failed listing changes the row of its server. */
export function recordFault(
  ctx: Ctx,
  server: SealedServer,
  { reason, message }: McpFault,
): { readonly statement: Statement; readonly changes: Partial<McpServerRow> } {
  const status = reason === 'auth_required' ? 'auth_required' : 'failed';
  const changes = { status, error: message } as const;
  return { statement: markListed(ctx.db, server, changes), changes };
}
