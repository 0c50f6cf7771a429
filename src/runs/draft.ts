import type { AgentConfig } from '../agents/index.ts';
import type { ToolPin } from '../tools/index.ts';

/** A draft that is tried in place of a version's configuration. */
export interface Draft {
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
}
