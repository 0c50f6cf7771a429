import { batch } from '../../db/client.ts';
import { isGuardViolation, isNamespaceViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents, coversAgent } from '../../platform/context.ts';
import { checkSecureUrl } from '../../platform/secure-url.ts';
import { lastFourOf, putSecret, removeSecret, sealSecret } from '../../secrets/index.ts';
import { Failure, notFound, type Violation } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { serverSecret } from './auth.ts';
import { type AuthInput, authProblems, splitAuth } from './auth-schema.ts';
import { toCatalogTool } from './catalog.ts';
import { McpFault } from './fault.ts';
import { revocationsOf } from './oauth/index.ts';
import { listOnce, recordFault, recordListing, toRows } from './record.ts';
import {
  type CreateMcpServer,
  type McpServer,
  type McpServerDetail,
  type McpServerQuery,
  toMcpServer,
  type UpdateMcpServer,
} from './schema.ts';
import {
  insertServer,
  type McpServerRow,
  type McpToolRow,
  removeServer,
  type SealedServer,
  selectServer,
  selectServers,
  selectTools,
  updateServer,
} from './store.ts';

/** Attempts of a change that concurrent changes of the same server restart. */
const attempts = 10;

/**
 * Adds a server and lists its tools, which are accepted. A server that cannot be listed is added nevertheless, with
 * the reason. Throws `validation_failed`, `url_not_allowed`, `name_taken`, `quota_exceeded`, and `forbidden` for a key
 * that is limited to agents.
 */
export async function createServer(ctx: Ctx, input: CreateMcpServer): Promise<McpServerDetail> {
  if (coveredAgents(ctx.actor) !== null)
    throw new Failure(
      'forbidden',
      'An API key that is limited to agents cannot create or change MCP servers.',
    );
  const now = ctx.now();
  const { stored, secrets } = splitAuth(input.auth);
  const base: McpServerRow = {
    ...{ id: ctx.newId('mcp'), workspace_id: ctx.workspace_id, name: input.name },
    ...{ url: checkUrl(ctx, input.url), auth: stored, credentials: {}, tools: input.tools },
    ...{ timeout_ms: input.timeout_ms, max_bytes: input.max_bytes, revision: 1 },
    ...{ status: 'failed', error: null, refused: [], server_info: null, refreshed_at: null },
    ...{ created_by: actorId(ctx.actor), created_at: now, updated_at: now },
  };
  refuseProblems(authProblems(input.auth));
  const kept = await keepSecrets(ctx, base, secrets);
  const server: SealedServer = { ...base, credentials: kept.credentials, sealed: kept.sealed };
  const { sealed: _, ...row } = server;
  const listed = await listOnce(ctx, server);
  const outcome = listed instanceof McpFault ? recordFault(ctx, server, listed) : null;
  const statements = [
    insertServer(ctx.db, row),
    ...kept.statements,
    ...(listed instanceof McpFault
      ? [outcome?.statement ?? null]
      : recordListing(ctx, server, listed)),
  ];
  const reply =
    listed instanceof McpFault
      ? toDetail({ ...row, ...outcome?.changes }, [])
      : toDetail({ ...row, ...listedState(ctx, listed) }, toRows(ctx, server, listed));
  await commitNamed(() =>
    commit(ctx, { statements, audit: [auditOf('mcp_server.create', reply)], reply }),
  );
  return reply;
}

const listedState = (
  ctx: Ctx,
  { refused, server_info }: Exclude<Awaited<ReturnType<typeof listOnce>>, McpFault>,
): Partial<McpServerRow> => ({
  ...{ status: 'ready', error: null, refused, server_info, refreshed_at: ctx.now() },
});

const notHttps = 'The URL of an MCP server must use https.';

function checkUrl(ctx: Ctx, text: string): string {
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

function refuseProblems(errors: readonly Violation[]): void {
  if (errors.length > 0)
    throw new Failure('validation_failed', 'The MCP server is inconsistent.', { errors });
}

async function keepSecrets(
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

export const auditOf = (
  action: string,
  { id, name }: Pick<McpServerRow, 'id' | 'name'>,
  detail: Readonly<Record<string, unknown>> = {},
) => ({ action, target_type: 'mcp_server', target_id: id, detail: { name, ...detail } });

async function commitNamed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error, 'mcp_servers.workspace_id', 'mcp_servers.name'))
      throw new Failure('name_taken', 'Another MCP server of the workspace has this name.');
    if (isNamespaceViolation(error))
      throw new Failure(
        'name_taken',
        'A tool of the workspace has a name that begins with the name of the server and `__`.',
      );
    throw error;
  }
}

/** Returns a server with its secrets, sealed. Throws `not_found`, also for an API key that is limited to agents. */
export async function findServer(ctx: Ctx, id: string): Promise<SealedServer> {
  const row = coversAgent(ctx.actor, null)
    ? await selectServer(ctx.db, ctx.workspace_id, id).get()
    : undefined;
  if (row === undefined) throw notFound('MCP server');
  return row;
}

export const toDetail = (row: McpServerRow, tools: readonly McpToolRow[]): McpServerDetail => ({
  ...toMcpServer(row),
  catalog: tools.flatMap((tool) => toCatalogTool(row, tool)),
});

/** Returns a server with its tools, in one trip. */
export async function getServer(ctx: Ctx, id: string): Promise<McpServerDetail> {
  if (!coversAgent(ctx.actor, null)) throw notFound('MCP server');
  const [[row], tools] = await batch(ctx.db, [
    selectServer(ctx.db, ctx.workspace_id, id),
    selectTools(ctx.db, ctx.workspace_id, id),
  ]);
  if (row === undefined) throw notFound('MCP server');
  return toDetail(row, tools);
}

/** Returns a page of servers, newest first, in one trip. */
export const listServers = (
  ctx: Ctx,
  { limit, cursor, q }: McpServerQuery,
): Promise<Page<McpServer>> =>
  readPage(
    {
      ...{ secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id },
      ...{ list: 'mcp_servers', filters: { q } },
    },
    { limit, cursor },
    async (after, count) =>
      coversAgent(ctx.actor, null)
        ? selectServers(ctx.db, ctx.workspace_id, q, after, count).all()
        : [],
    (row) => row.id,
    toMcpServer,
  );

const stale = () =>
  new Failure('precondition_failed', 'The MCP server has changed. Read it again.');

/**
 * Runs a change of a server at the revision that it reads, and again where another change came first. Throws `not_found`,
 * `precondition_failed`.
 */
export async function changeServer<Result>(
  ctx: Ctx,
  id: string,
  ifMatch: readonly string[] | null,
  change: (row: SealedServer) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const row = await findServer(ctx, id);
    if (ifMatch !== null && !ifMatch.includes(String(row.revision))) throw stale();
    try {
      return await change(row);
    } catch (error) {
      if (!isGuardViolation(error, 'mcp_servers.revision')) throw error;
      if (ifMatch !== null) throw stale();
    }
  }
  throw new Failure('unavailable', 'Too many concurrent changes of this MCP server. Retry.', {
    retryAfter: 1,
  });
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

/** Deletes a server with its tools and secrets. Versions that use the tools go on without them. Throws `not_found`. */
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
