import type { AgentConfig } from '../agents/index.ts';
import type { Account } from '../usage/index.ts';

/** What a run has used so far, besides money. */
export interface Spent {
  steps: number;
  tool_calls: number;
}

/** What holds a run back. */
export interface Bounds {
  readonly limits: AgentConfig['limits'];
  readonly account: Account;
  readonly signal: AbortSignal;
}

export type Limit = keyof AgentConfig['limits'];

/**
 * The limit that keeps a run from going on, or null. `pending` are the tool calls it is about to make:
 * a round is made whole or not at all, so that no side effect is half of what the model meant.
 */
export function reachedLimit(
  { limits, account, signal }: Bounds,
  spent: Spent,
  pending: number,
): Limit | null {
  if (signal.aborted) return 'seconds';
  if (spent.steps >= limits.steps) return 'steps';
  if (spent.tool_calls + pending > limits.tool_calls) return 'tool_calls';
  if (account.isSpent) return 'cost_usd';
  return null;
}
