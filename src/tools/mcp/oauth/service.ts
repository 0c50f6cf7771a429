import { hasRoleFor } from '../../../identity/index.ts';
import { commit } from '../../../platform/commit.ts';
import type { Ctx } from '../../../platform/context.ts';
import { Failure, invalid, notFound } from '../../../shared/failure.ts';
import { type Page, readPage } from '../../../shared/page.ts';
import { toWireTime } from '../../../shared/time.ts';
import { AuthorizationFault } from './fault.ts';
import { revoke } from './revoke.ts';
import {
  type Authorization,
  type AuthorizationQuery,
  type CreateAuthorization,
  type StartedSignIn,
  toAuthorization,
} from './schema.ts';
import { startSignIn } from './sign-in.ts';
import {
  type Server,
  selectAuthorizationById,
  selectAuthorizations,
  selectServer,
} from './store.ts';

async function findServer(ctx: Ctx, id: string): Promise<Server> {
  const server = await selectServer(ctx.db, ctx.workspace_id, id).get();
  if (server === undefined) throw notFound('MCP server');
  return server;
}

/** Returns whom the caller acts for: an end user for themselves, a key for any of them. Empty for the workspace. Throws `forbidden` and `validation_failed`. */
function subjectOf(ctx: Ctx, named: string | null): string {
  const { actor } = ctx;
  if (actor.type === 'end_user') {
    if (named === null || named === actor.id) return actor.id;
    throw new Failure('forbidden', 'The token is that of another end user.');
  }
  if (named === null && !hasRoleFor(ctx, 'tools:write'))
    throw invalid(
      '/end_user_id',
      'Only keys with the role editor or admin may sign in for the workspace. Name an end user.',
    );
  return named ?? '';
}

/**
 * Begins a sign-in at the authorization server of an MCP server. Throws `not_found`, `forbidden`, `conflict` for a
 * server without sign-in, `validation_failed`, and `authorization_failed` for an authorization server that cannot be used.
 */
export async function createAuthorization(
  ctx: Ctx,
  server_id: string,
  { end_user_id }: CreateAuthorization,
  origin: string,
): Promise<StartedSignIn> {
  const subject = subjectOf(ctx, end_user_id);
  const server = await findServer(ctx, server_id);
  if (server.auth.type !== 'oauth')
    throw new Failure('conflict', 'Nobody signs in to this server: its `auth` is not `oauth`.');
  if (subject !== '' && server.auth.per === 'workspace') {
    if (ctx.actor.type === 'end_user')
      throw new Failure('conflict', 'The workspace signs in to this server, not its end users.');
    throw invalid(
      '/end_user_id',
      'The workspace signs in to this server: `auth.per` is `workspace`.',
    );
  }
  try {
    const { expires_at, ...page } = await startSignIn(ctx, server, subject, origin);
    const reply = { ...page, expires_at: toWireTime(expires_at) };
    await commit(ctx, {
      statements: [],
      audit: [
        {
          action: 'mcp_authorization.start',
          target_type: 'mcp_authorization',
          target_id: page.authorization_id,
          detail: { server_id, end_user_id: subject === '' ? null : subject },
        },
      ],
      reply,
    });
    return reply;
  } catch (error) {
    if (!(error instanceof AuthorizationFault)) throw error;
    throw new Failure('authorization_failed', error.message);
  }
}

/** Returns the end users whose authorizations the caller may see: undefined for all. Throws `validation_failed`. */
function visibleTo(ctx: Ctx, named: string | undefined): string | undefined {
  if (ctx.actor.type === 'end_user') return ctx.actor.id;
  if (named === undefined && !hasRoleFor(ctx, 'tools:read'))
    throw invalid('?end_user_id', 'A key of the role runtime has to name an end user.');
  return named;
}

export async function listAuthorizations(
  ctx: Ctx,
  server_id: string,
  { limit, cursor, ...given }: AuthorizationQuery,
): Promise<Page<Authorization>> {
  const filters = { ...given, end_user_id: visibleTo(ctx, given.end_user_id) };
  await findServer(ctx, server_id);
  const { workspace_id, config } = ctx;
  return readPage(
    {
      secret: config.signing_secret,
      workspace_id,
      list: `mcp_authorizations/${server_id}`,
      filters,
    },
    { limit, cursor },
    (after, count) =>
      selectAuthorizations(ctx.db, workspace_id, server_id, filters, after, count).all(),
    (row) => row.id,
    toAuthorization,
  );
}

/** Deletes an authorization and revokes its tokens. Throws `not_found` and `forbidden`. */
export async function deleteAuthorization(ctx: Ctx, server_id: string, id: string): Promise<void> {
  const server = await findServer(ctx, server_id);
  const found = await selectAuthorizationById(ctx.db, ctx.workspace_id, server_id, id).get();
  const { actor } = ctx;
  if (found === undefined || (actor.type === 'end_user' && found.row.end_user_id !== actor.id))
    throw notFound('authorization');
  if (found.row.end_user_id === '' && !hasRoleFor(ctx, 'tools:write'))
    throw new Failure(
      'forbidden',
      'Only keys with the role editor or admin may delete the sign-in of the workspace.',
    );
  await revoke(ctx, server, found);
}
