import type { JSONSchema7 } from '@ai-sdk/provider';
import type { AgentConfig } from '../agents/index.ts';
import type { Statement } from '../db/client.ts';
import type { Hit } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { Account, Attribution } from '../usage/index.ts';

/** What the loop sees of a tool, whatever its kind. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input_schema: JSONSchema7;
  /** What a call may do outside; approvals go by it. */
  readonly effect: 'read' | 'write' | 'destructive';
  /** Never throws for a fault of the tool: a fault is an outcome, and the model's to read. */
  run(ctx: Ctx, call: ToolCall): Promise<ToolOutcome>;
}

/** A tool of the caller's. A call of it suspends the run until its result arrives, or ends the run (`ClientTools.resumable`). */
export interface ClientTool extends Pick<Tool, 'name' | 'description' | 'input_schema'> {
  /** Whether the provider is to decode arguments by the schema; the provider's own rule where it is absent. */
  readonly strict?: boolean;
}

export interface ToolCall {
  readonly tool_call_id: string;
  /** The id of its span in the trace. */
  readonly span_id: string;
  /** Validated against the tool's schema. */
  readonly input: unknown;
  readonly attribution: Attribution & { readonly account: Account };
  readonly config: AgentConfig;
  /** How many agents stand above this one: 0 for the one that a person talks to. */
  readonly depth: number;
  /** Their ids, the outermost first. */
  readonly above?: readonly string[];
  readonly signal: AbortSignal;
}

export type ToolOutcome =
  | {
      readonly ok: true;
      readonly output: unknown;
      /** Passages that the answer may cite. */
      readonly sources?: readonly Hit[];
      readonly usage?: readonly Statement[];
    }
  | { readonly ok: false; readonly error: string; readonly usage?: readonly Statement[] };
