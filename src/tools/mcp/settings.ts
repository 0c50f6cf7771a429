import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';
import { lastFourOf, putSecret, removeSecret, sealSecret } from '../../secrets/index.ts';
import { Failure, type Violation } from '../../shared/failure.ts';
import { serverSecret } from './auth.ts';
import { type AuthInput, authProblems, splitAuth } from './auth-schema.ts';
import { revocationsOf } from './oauth/index.ts';
import { type McpServer, toMcpServer, type UpdateMcpServer } from './schema.ts';
import { auditOf, changeServer } from './service.ts';
import { type McpServerRow, removeServer, type SealedServer, updateServer } from './store.ts';

const notHttps = 'The URL of an MCP server must use https.';

export function checkUrl(ctx: Ctx, text: string): string {
  try {
    const url = checkSecureUrl(ctx, text, notHttps);
    if (url.hash !== '') throw new Failure('url_not_allowed', 'The URL must not have a fragment.');
    return url.href;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.code, error.message, {
      errors: [{ pointer: '/url', detail: error.message }],
    });
  }
}

export function refuseProblems(errors: readonly Violation[]): void {
  if (errors.length > 0)
    throw new Failure('validation_failed', 'The MCP server is inconsistent.', { errors });
}

export async function keepSecrets(
  ctx: Ctx,
  { id, url }: Pick<McpServerRow, 'id' | 'url'>,
  secrets: Readonly<Record<string, string>>,
) {
  const rows = await Promise.all(
    Object.entries(secrets).map(([field, value]) =>
      sealSecret(ctx, serverSecret(id, field, url), value),
    ),
  );
  return {
    credentials: Object.fromEntries(
      Object.entries(secrets).map(([field, value]) => [field, lastFourOf(value)]),
    ),
    sealed: Object.fromEntries(rows.map(({ field, sealed }) => [field, sealed])),
    statements: rows.map((row) => putSecret(ctx.db, row)),
  };
}

/**
 * Changes the settings of a server. Another origin needs its credentials again (R37), and another address is listed
 * before its tools are called. Throws `not_found`, `precondition_failed`, `validation_failed`, `url_not_allowed`.
 */
export const updateSettings = (
  ctx: Ctx,
  id: string,
  input: UpdateMcpServer,
  ifMatch: readonly string[] | null,
): Promise<McpServer> =>
  changeServer(ctx, id, ifMatch, async (server) => {
    const { auth, url: given, ...plain } = input;
    const { sealed: _, ...row } = server;
    const url = given === undefined ? row.url : checkUrl(ctx, given);
    const isElsewhere = new URL(url).origin !== new URL(row.url).origin;
    refuseProblems([
      ...(auth === undefined ? [] : authProblems(auth)),
      ...(isElsewhere && auth === undefined && row.auth.type !== 'none'
        ? [
            {
              pointer: '/auth',
              detail: 'Another origin needs its credentials: set `auth` as well.',
            },
          ]
        : []),
    ]);
    const secrets = auth === undefined ? null : await changeSecrets(ctx, server, url, auth);
    const now = ctx.now();
    const changes: Partial<McpServerRow> = {
      ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
      ...(secrets === null ? {} : secrets.changes),
      ...(url === row.url ? {} : { url, server_info: null, refreshed_at: null }),
    };
    const isEmpty = Object.keys(changes).length === 0;
    if (isEmpty) return toMcpServer(row);
    const next: McpServerRow = { ...row, ...changes, updated_at: now, revision: row.revision + 1 };
    await commit(ctx, {
      statements: [
        updateServer(ctx.db, row, { ...changes, updated_at: now }),
        ...(secrets?.statements ?? []),
      ],
      audit: [auditOf('mcp_server.update', row, { changed: Object.keys(input) })],
    });
    return toMcpServer(next);
  });

async function changeSecrets(ctx: Ctx, server: SealedServer, url: string, auth: AuthInput) {
  const { stored, secrets } = splitAuth(auth);
  const kept = await keepSecrets(ctx, { id: server.id, url }, secrets);
  const obsolete = Object.keys(server.sealed).filter((field) => !Object.hasOwn(secrets, field));
  return {
    changes: { auth: stored, credentials: kept.credentials },
    statements: [
      ...obsolete.map((field) =>
        removeSecret(ctx.db, ctx.workspace_id, {
          ...{ owner_type: 'mcp_server', owner_id: server.id, field },
        }),
      ),
      ...kept.statements,
    ],
  };
}

/** Deletes a server with its tools and secrets. Versions that use the tools continue without them. Throws `not_found`. */
export const deleteServer = (
  ctx: Ctx,
  id: string,
  ifMatch: readonly string[] | null,
): Promise<void> =>
  changeServer(ctx, id, ifMatch, async ({ sealed: _, ...row }) => {
    const revokeAll = await revocationsOf(ctx, row);
    await commit(ctx, {
      statements: removeServer(ctx.db, row),
      audit: [auditOf('mcp_server.delete', row)],
    });
    ctx.defer(revokeAll());
  });
