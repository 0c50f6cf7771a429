import type { AgentConfig } from '../agents/index.ts';
import type { ToolPin } from '../tools/index.ts';

/** A draft that replaces a version's configuration in one run. */
export interface Draft {
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
}
