import type { AgentConfig } from '../agents/index.ts';
import type { Ctx } from '../platform/context.ts';
import type {
  CallableTool,
  GivenInput,
  ToolContext,
  ToolOutcome,
  ToolProgress,
} from '../tools/index.ts';
import type { Untrusted } from './untrusted.ts';

/** A tool as the loop sees it, whatever its kind. */
export interface Tool extends Omit<CallableTool, 'run'> {
  /** Runs one call. Does not throw for a fault of the tool: a fault is an outcome, read by the model. */
  run(ctx: Ctx, call: ToolCall): Promise<ToolOutcome>;
}

/**
 * A tool that the caller executes. A call suspends the run until its result arrives, or ends the
 * run (`ClientTools.resumable`).
 */
export interface ClientTool extends Pick<Tool, 'name' | 'description' | 'input_schema'> {
  /**
   * The provider enforces the schema while it decodes arguments; absent for the provider's default.
   */
  readonly strict?: boolean;
}

/** Context of a run, shared by all its tool calls. */
export interface RunContext extends Pick<ToolContext, 'attribution' | 'signal'> {
  readonly config: AgentConfig;
  /** The content of third parties in the context; the results of tools are added. */
  readonly untrusted: Untrusted;
  /** Returns the sources of untrusted content behind earlier answers in the context. */
  readonly earlier?: () => Promise<readonly string[]>;
  /** The run can wait for the approval of a person. */
  readonly can_wait: boolean;
  /** The run can wait for what it asks of a person: a sign-in, or input. */
  readonly can_ask: boolean;
  /** The answers of people to the servers of calls, by tool call id. */
  readonly given?: ReadonlyMap<string, GivenInput>;
  /** Receives the progress of calls; absent where nobody follows them. */
  readonly reportCall?: (tool_call_id: string, progress: ToolProgress) => void;
  /** Number of agents above this one: 0 for the agent that a person talks to. */
  readonly depth: number;
  /** Their ids, outermost first. */
  readonly above?: readonly string[];
}

export interface ToolCall extends RunContext {
  readonly tool_call_id: string;
  /** The id of its span in the trace. */
  readonly span_id: string;
  /** Valid under the tool's schema. */
  readonly input: unknown;
}
