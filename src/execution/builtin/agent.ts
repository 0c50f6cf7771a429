import type { AgentRow } from '../../agents/index.ts';
import { findAgent } from '../../agents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import type { Tool, ToolCall, ToolOutcome } from '../tool.ts';

/** Agents that may stand above the one that is asked. */
const maxDepth = 3;

export interface AgentCall
  extends Pick<ToolCall, 'attribution' | 'signal' | 'tool_call_id' | 'span_id'> {
  readonly agent: AgentRow;
  readonly message: string;
  /** Of the agent that is asked: 1 for the first below the one that a person talks to. */
  readonly depth: number;
  /** Ids of the agents above it, the outermost first. */
  readonly above: readonly string[];
}

/** One run of another agent on its active version; its usage is the caller's. Never throws for a fault of the run. */
export type RunAgent = (ctx: Ctx, call: AgentCall) => Promise<ToolOutcome>;

/** Another agent as a tool. Neither depth nor circles can be got around by a model: both are checked here, before anything runs. */
export const agentTool = (runAgent: RunAgent): Tool => ({
  name: 'agent',
  description:
    'Asks another agent of this workspace and returns its answer. It knows nothing of this conversation: say everything it needs.',
  input_schema: {
    type: 'object',
    properties: {
      agent: {
        type: 'string',
        minLength: 1,
        maxLength: 64,
        description: 'Slug or id of the agent',
      },
      message: { type: 'string', minLength: 1, maxLength: 20_000 },
    },
    required: ['agent', 'message'],
    additionalProperties: false,
  },
  effect: 'read',
  async run(ctx, { input, depth, above: given = [], attribution, signal, tool_call_id, span_id }) {
    const { agent: name, message } = input as { agent: string; message: string };
    if (depth >= maxDepth)
      return { ok: false, error: `Agents may ask each other at most ${maxDepth} deep.` };
    const agent = await find(ctx, name);
    if (agent === null) return { ok: false, error: `There is no agent ${name}.` };
    const above = [...given, ...(attribution.agent_id ? [attribution.agent_id] : [])];
    if (above.includes(agent.id))
      return {
        ok: false,
        error: `${name} is already at work on this: agents may not ask each other in circles.`,
      };
    return runAgent(ctx, {
      agent,
      message,
      depth: depth + 1,
      above,
      attribution,
      signal,
      tool_call_id,
      span_id,
    });
  },
});

/** null for an agent that is not there, not in use, or not for this key. */
async function find(ctx: Ctx, name: string): Promise<AgentRow | null> {
  try {
    const agent = await findAgent(ctx, name);
    return agent.archived_at === null ? agent : null;
  } catch (error) {
    if (error instanceof Failure && error.code === 'not_found') return null;
    throw error;
  }
}
