import type { AgentConfig } from '../agents/index.ts';
import type { Account } from '../usage/index.ts';

/** Steps and tool calls that a run has used so far. */
export interface Spent {
  steps: number;
  tool_calls: number;
}

/** The limits of a run and how to read its use of them. */
export interface Bounds {
  readonly limits: AgentConfig['limits'];
  readonly account: Account;
  readonly signal: AbortSignal;
}

export type Limit = keyof AgentConfig['limits'];

/**
 * Returns the limit that ends the run, or null. `pending` is the number of tool calls it is about to make:
 * the calls of a step run all or none, so that no side effect is half of what the model meant.
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
