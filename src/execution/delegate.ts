import type { AgentConfig, AgentRow } from '../agents/index.ts';
import { findAgent } from '../agents/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { ToolOutcome } from '../tools/index.ts';
import type { ToolCall } from './tool.ts';

/** Depth of the chain of delegates below the agent that a person talks to. */
const maxDepth = 3;

export interface AgentCall
  extends Pick<
    ToolCall,
    'attribution' | 'signal' | 'tool_call_id' | 'span_id' | 'untrusted' | 'earlier'
  > {
  /** The delegate. */
  readonly agent: AgentRow;
  readonly message: string;
  /** The approval rules of the caller, which bind the delegate too. */
  readonly rules: AgentConfig['approvals'];
  /** Depth of the delegate: 1 for the first below the agent that a person talks to. */
  readonly depth: number;
  /** Ids of the agents above the delegate, outermost first. */
  readonly above: readonly string[];
}

/** Runs a delegate once, on its active version; its usage is attributed to the caller's run. Does not throw for a fault of the run. */
export type RunAgent = (ctx: Ctx, call: AgentCall) => Promise<ToolOutcome>;

/** Runs the agent named by a model. Depth and cycles are checked here, before anything runs. */
export async function callDelegate(
  ctx: Ctx,
  { depth, above: given = [], attribution, signal, ...call }: ToolCall,
  { agent: name, message }: { readonly agent: string; readonly message: string },
  runAgent: RunAgent,
): Promise<ToolOutcome> {
  if (depth >= maxDepth)
    return { ok: false, error: `Agents can call each other at most ${maxDepth} levels deep.` };
  const agent = await findDelegate(ctx, name);
  if (agent === null) return { ok: false, error: `Agent ${name} does not exist.` };
  const above = [...given, ...(attribution.agent_id ? [attribution.agent_id] : [])];
  if (above.includes(agent.id))
    return {
      ok: false,
      error: `Agent ${name} is already part of this run. Agents cannot call each other in a cycle.`,
    };
  return runAgent(ctx, {
    agent,
    message,
    depth: depth + 1,
    above,
    attribution,
    signal,
    tool_call_id: call.tool_call_id,
    span_id: call.span_id,
    untrusted: call.untrusted,
    rules: call.config.approvals,
    ...(call.earlier === undefined ? {} : { earlier: call.earlier }),
  });
}

/** Returns null for an agent that does not exist, is archived, or is not covered by the API key. */
async function findDelegate(ctx: Ctx, name: string): Promise<AgentRow | null> {
  try {
    const agent = await findAgent(ctx, name);
    return agent.archived_at === null ? agent : null;
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return null;
    throw error;
  }
}
