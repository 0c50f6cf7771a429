import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { withoutInvisible } from '../../shared/invisible.ts';
import { minute } from '../../shared/time.ts';
import { redact } from '../redact.ts';
import type { GivenInput, ToolContext, ToolOutcome } from '../tool.ts';
import { type Authorization, authorizationOf } from './auth.ts';
import { type Connection, withConnection } from './connect.ts';
import { McpFault } from './fault.ts';
import { askFor, isAsking, maxRounds, readQuestions, retryOf, untilRetry } from './input.ts';
import { listTools, maxListBytes } from './list.ts';
import { signInOutcome } from './oauth/index.ts';
import { recordListing } from './record.ts';
import { toOutcome } from './result.ts';
import type { McpToolRow, SealedServer } from './store.ts';

/** A call checks the definition of its tool again once the last listing is older. */
const freshMs = 10 * minute;

/** An accepted tool of a server, as it was read when the run began. */
export interface PinnedTool extends McpToolRow {
  readonly accepted: NonNullable<McpToolRow['accepted']>;
  readonly accepted_hash: string;
}

export const isAccepted = (tool: McpToolRow): tool is PinnedTool =>
  tool.accepted !== null && tool.accepted_hash !== null;

/** The server of tools of one run. */
export interface RunServer extends SealedServer {
  refreshed_at: number | null;
  /** Each end user has their own access: the definitions that they are shown count, and not the catalog. */
  readonly is_personal: boolean;
}

/** The listing of the workspace does not apply to the definitions that an end user is shown. */
export function forRun(server: SealedServer): RunServer {
  const is_personal = server.auth.type === 'oauth' && server.auth.per === 'end_user';
  return { ...server, is_personal, ...(is_personal ? { refreshed_at: null } : {}) };
}

interface McpCall {
  readonly input: Readonly<Record<string, unknown>>;
  /** Null for a run without an end user; `workspaceSubject` for the workspace itself. */
  readonly end_user_id: string | null;
  readonly signal: AbortSignal;
  readonly report?: ToolContext['report'];
  /** A person can give input, and has given it to an earlier attempt. */
  readonly can_ask?: boolean;
  readonly given?: GivenInput | undefined;
}

/**
 * Calls a tool once, with valid arguments. A tool whose definition on the server differs from the accepted one is not
 * called (R40). Does not throw for a fault of the server.
 */
export async function callMcpTool(
  ctx: Ctx,
  server: RunServer,
  tool: PinnedTool,
  { end_user_id, signal, ...attempt }: McpCall,
): Promise<ToolOutcome> {
  const before = server.is_personal ? null : changeProblem(tool.accepted_hash, tool.offered_hash);
  if (before !== null) return { ok: false, error: before };
  const { can_ask = false } = attempt;
  try {
    const authorization = await authorizationOf(ctx, server, end_user_id);
    const isFresh = (server.refreshed_at ?? 0) + freshMs > ctx.now();
    const max_bytes = server.max_bytes + (isFresh ? 0 : maxListBytes);
    const request = { server, authorization, signal, max_bytes, can_ask };
    return await withConnection(ctx, request, async (connection) => {
      const problem = isFresh ? null : await changedSince(ctx, server, tool, connection);
      if (problem !== null) return { ok: false, error: problem };
      return call(ctx, connection, { server, tool, authorization }, attempt);
    });
  } catch (error) {
    if (
      error instanceof McpFault &&
      error.reason === 'auth_required' &&
      server.auth.type === 'oauth'
    )
      return signInOutcome(ctx, server, end_user_id);
    if (error instanceof McpFault)
      return { ok: false, error: `The call failed (${error.reason}): ${error.message}` };
    if (error instanceof Failure)
      return { ok: false, error: `The tool cannot be used: ${error.message}` };
    throw error;
  }
}

function changeProblem(accepted: string, offered: string | null): string | null {
  if (offered === accepted) return null;
  return offered === null
    ? 'The tool was not called (tool_removed): its server no longer offers it.'
    : 'The tool was not called (tool_changed): its definition on the server has changed, and nobody has accepted the change yet.';
}

/** Lists the tools again, and returns why the tool may not be called; null if it may. */
async function changedSince(
  ctx: Ctx,
  server: RunServer,
  tool: PinnedTool,
  connection: Connection,
): Promise<string | null> {
  const listing = await listTools(connection, server);
  if (!server.is_personal) await batch(ctx.db, recordListing(ctx, server, listing));
  server.refreshed_at = ctx.now();
  const offer = listing.offers.find(({ name }) => name === tool.name);
  return changeProblem(tool.accepted_hash, offer?.hash ?? null);
}

interface Target {
  readonly server: RunServer;
  readonly tool: PinnedTool;
  readonly authorization: Authorization;
}

/** A server that asks without a question wants the same call again. */
async function call(
  ctx: Ctx,
  { client, ask }: Connection,
  { server, tool, authorization: { secrets } }: Target,
  { input, report, can_ask = false, given }: Omit<McpCall, 'end_user_id' | 'signal'>,
): Promise<ToolOutcome> {
  const { name, accepted } = tool;
  // The schema tells the client which arguments the server wants in headers. We validate results ourselves.
  const toolDefinition = {
    name,
    inputSchema: { ...accepted.input_schema, type: 'object' as const },
  };
  let retry = given === undefined ? {} : retryOf(given);
  for (let round = (given?.asked.round ?? 0) + 1; ; round += 1) {
    const result = await ask((options) =>
      client.callTool(
        { name, arguments: { ...input }, ...retry },
        {
          ...{ ...options, toolDefinition, allowInputRequired: true },
          ...(report === undefined ? {} : { onprogress: boundedReport(report, secrets) }),
        },
      ),
    );
    if (!isAsking(result)) {
      const outcome = toOutcome(result, accepted);
      return secrets.length === 0 ? outcome : withoutSecrets(outcome, secrets);
    }
    if (round > maxRounds)
      throw new McpFault('input_required', `The server asks more than ${maxRounds} times.`);
    const { questions, state } = readQuestions(ctx, result, secrets);
    if (questions.length > 0) return askFor({ server, questions, state, round, can_ask });
    await untilRetry();
    retry = { requestState: state };
  }
}

/** Servers may echo what they receive (R46). */
function withoutSecrets(outcome: ToolOutcome, secrets: readonly string[]): ToolOutcome {
  return outcome.ok
    ? { ...outcome, output: JSON.parse(redact(JSON.stringify(outcome.output ?? null), secrets)) }
    : { ...outcome, error: redact(outcome.error, secrets) };
}

/** Updates of one call that are shown, and characters of their messages. */
const maxUpdates = 50;
const maxMessage = 200;

function boundedReport(report: NonNullable<McpCall['report']>, secrets: readonly string[]) {
  let updates = 0;
  return ({ progress, total, message }: Progress): void => {
    updates += 1;
    if (updates > maxUpdates) return;
    const text = String(withoutInvisible(message ?? '')).slice(0, maxMessage);
    report({
      progress,
      total: total ?? null,
      message: message === undefined ? null : redact(text, secrets),
    });
  };
}

interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}
