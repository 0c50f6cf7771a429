import type { AgentConfig } from '../agents/index.ts';
import { fromUsd } from '../shared/money.ts';

/** What a run has used so far. */
export interface Spent {
  steps: number;
  tool_calls: number;
  cost_nano_usd: number;
}

export type Limit = keyof AgentConfig['limits'];

/**
 * The limit that keeps a run from going on, or null. `pending` are the tool calls it is about to make:
 * a round is made whole or not at all, so that no side effect is half of what the model meant.
 */
export function reachedLimit(limits: AgentConfig['limits'], spent: Spent, pending: number, signal: AbortSignal): Limit | null {
  if (signal.aborted) return 'seconds';
  if (spent.steps >= limits.steps) return 'steps';
  if (spent.tool_calls + pending > limits.tool_calls) return 'tool_calls';
  if (spent.cost_nano_usd > 0 && spent.cost_nano_usd >= fromUsd(limits.cost_usd)) return 'cost_usd';
  return null;
}
