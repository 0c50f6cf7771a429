import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { schemaErrors } from '../../shared/json-schema/index.ts';
import { workspaceSubject } from './auth.ts';
import { callMcpTool, isAccepted } from './call.ts';
import { toRefresh } from './catalog.ts';
import { McpFault } from './fault.ts';
import { listOnce, recordFault, recordListing } from './record.ts';
import type {
  AcceptMcpTools,
  McpRefresh,
  McpServerDetail,
  McpToolResult,
  TestMcpTool,
} from './schema.ts';
import { auditOf, changeServer, findServer, toDetail } from './service.ts';
import { acceptOffer, type McpToolRow, selectServer, selectTools, updateServer } from './store.ts';

/**
 * Lists the tools of a server again and returns what differs from what was accepted. A server that cannot be listed
 * keeps its tools; the reason is in `server.error`. Throws `not_found`.
 */
export async function refreshServer(ctx: Ctx, id: string): Promise<McpRefresh> {
  const server = await findServer(ctx, id);
  const listed = await listOnce(ctx, server);
  const statements =
    listed instanceof McpFault
      ? [recordFault(ctx, server, listed).statement]
      : recordListing(ctx, server, listed);
  await batch(ctx.db, statements);
  const [[row = server], tools] = await batch(ctx.db, [
    selectServer(ctx.db, ctx.workspace_id, id),
    selectTools(ctx.db, ctx.workspace_id, id),
  ]);
  const reply = toRefresh(row, tools);
  const detail = { ok: !(listed instanceof McpFault) };
  const audit = [auditOf('mcp_server.refresh', server, detail)];
  await commit(ctx, { statements: [], audit, reply });
  return reply;
}

/**
 * Accepts tools as the server offers them, which all versions then use. Throws `not_found`, `precondition_failed`,
 * `validation_failed` for a tool that is not in the catalog, and `conflict` for one that has changed again.
 */
export async function acceptTools(
  ctx: Ctx,
  id: string,
  { tools }: AcceptMcpTools,
  ifMatch: readonly string[] | null,
): Promise<McpServerDetail> {
  return changeServer(ctx, id, ifMatch, async ({ sealed: _, ...row }) => {
    const known = await selectTools(ctx.db, ctx.workspace_id, id).all();
    const unknown = tools.findIndex(({ name }) => !known.some((tool) => tool.name === name));
    if (unknown !== -1)
      throw invalid(
        `/tools/${unknown}/name`,
        `The server has no tool \`${tools[unknown]?.name}\` in its catalog.`,
      );
    const now = ctx.now();
    const next = { ...row, revision: row.revision + 1, updated_at: now };
    const reply = toDetail(next, afterAccepting(known, { tools }, now));
    const statements = [
      updateServer(ctx.db, row, { updated_at: now }),
      ...tools.flatMap((tool) => acceptOffer(ctx.db, row, tool, now)),
    ];
    const audit = [auditOf('mcp_server.accept', row, { tools })];
    try {
      await commit(ctx, { statements, audit, reply });
      return reply;
    } catch (error) {
      if (!isGuardViolation(error, 'mcp_tools.changed_at')) throw error;
      throw new Failure(
        'conflict',
        'The server offers another definition than the one with this hash. Read the server again.',
      );
    }
  });
}

/** The rows once the change is stored. */
const afterAccepting = (
  rows: readonly McpToolRow[],
  { tools }: Pick<AcceptMcpTools, 'tools'>,
  accepted_at: number,
): McpToolRow[] =>
  rows.flatMap((row) => {
    if (!tools.some(({ name }) => name === row.name)) return [row];
    const { offered, offered_hash } = row;
    return offered === null
      ? []
      : [{ ...row, accepted: offered, accepted_hash: offered_hash, accepted_at }];
  });

/** Calls an accepted tool as a model would. A fault of the tool is part of the reply. Throws `not_found`, `validation_failed`. */
export async function tryMcpTool(
  ctx: Ctx,
  id: string,
  { tool: name, input }: TestMcpTool,
): Promise<McpToolResult> {
  const server = await findServer(ctx, id);
  const rows = await selectTools(ctx.db, ctx.workspace_id, id).all();
  const tool = rows.find((row) => row.name === name);
  if (tool === undefined || !isAccepted(tool))
    throw invalid(
      '/tool',
      `The server has no accepted tool \`${name}\`. Use its name on the server, without a prefix.`,
    );
  const started = ctx.now();
  const errors = schemaErrors(tool.accepted.input_schema, input).slice(0, 10);
  const outcome =
    errors.length > 0
      ? {
          ok: false as const,
          error: `The arguments do not match the tool's schema. ${errors.join(' ')}`,
        }
      : await callMcpTool(ctx, { ...server, is_personal: false }, tool, {
          ...{ input, end_user_id: workspaceSubject, signal: ctx.signal },
        });
  const reply: McpToolResult = {
    ok: outcome.ok,
    output: outcome.ok ? outcome.output : null,
    error: outcome.ok ? null : outcome.error,
    latency_ms: ctx.now() - started,
  };
  const detail = { tool: name, ok: outcome.ok };
  await commit(ctx, { statements: [], audit: [auditOf('mcp_server.test', server, detail)], reply });
  return reply;
}
