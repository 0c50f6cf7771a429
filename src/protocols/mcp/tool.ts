import type { McpScope } from './agents.ts';

/** The result of a tool. */
export interface ToolReply {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly isError?: boolean;
  readonly _meta?: Readonly<Record<string, unknown>>;
}

/** A call of a tool. */
export interface ToolCall {
  readonly scope: McpScope;
  readonly input: unknown;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
  /** Reports progress to a client that has asked for it. */
  readonly report: (message: string) => Promise<void>;
}
