import { isNamespaceViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { authProblems, splitAuth } from './auth-schema.ts';
import { McpFault } from './fault.ts';
import { listOnce, recordFault, recordListing, toRows } from './record.ts';
import type { CreateMcpServer, McpServerDetail } from './schema.ts';
import { auditOf, toDetail } from './service.ts';
import { checkUrl, keepSecrets, refuseProblems } from './settings.ts';
import { insertServer, type McpServerRow, type SealedServer } from './store.ts';

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
