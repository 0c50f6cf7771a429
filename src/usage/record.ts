import type { Statement } from '../db/client.ts';
import { compileByColumns } from '../db/compiled.ts';
import { usage } from '../db/schema/usage.ts';
import { type Ctx, payingKey } from '../platform/context.ts';
import type { NanoUsd } from '../shared/money.ts';
import type { Account } from './account.ts';
import type { Price, Tokens } from './price.ts';

/** The run, agent, session and end user that a model call belongs to. */
export interface Attribution {
  readonly agent_id?: string | null;
  readonly version_id?: string | null;
  /** The experiment and variant of the run. */
  readonly experiment_id?: string | null;
  readonly variant_id?: string | null;
  readonly session_id?: string | null;
  readonly run_id?: string | null;
  readonly end_user_id?: string | null;
  /** Adds up the cost of the run. */
  readonly account?: Account;
  /** The callers of a delegate, outermost first. Budgets of these agents bind the call as well. */
  readonly caller_agent_ids?: readonly string[];
}

/** One attempt of a model call, for its usage row. */
export interface AttemptRecord extends Omit<Attribution, 'account' | 'caller_agent_ids'> {
  /** The API key of the caller unless given. */
  readonly api_key_id?: string | null;
  /** Identifies the call, e.g. `run_…:1:0` (run, step, attempt). Recording it twice leaves one row. */
  readonly call_key: string;
  readonly provider: string;
  readonly model: string;
  readonly price: Price;
  /** `answer`, `embed_file`, `embed_query`, … */
  readonly operation: string;
  readonly tokens: Tokens;
  /** True when the tokens were estimated, since the provider did not report them. */
  readonly is_estimated?: boolean;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly status: 'ok' | 'error' | 'aborted';
}

export interface RecordedUsage {
  readonly id: string;
  readonly statement: Statement;
  readonly cost_nano_usd: NanoUsd | null;
}

/** Prices an attempt and returns the statement that records it, for the caller's batch. */
export function recordUsage(ctx: Ctx, { tokens, price, ...call }: AttemptRecord): RecordedUsage {
  const { cache_write_1h_tokens: _, ...stored } = tokens;
  const cost_nano_usd = price(tokens, ctx.now());
  const row = {
    id: ctx.newId('use'),
    workspace_id: ctx.workspace_id,
    api_key_id: payingKey(ctx.actor),
    ...call,
    ...stored,
    cost_nano_usd,
    created_at: ctx.now(),
  };
  return { id: row.id, statement: insertUsage(ctx.db, row), cost_nano_usd };
}

const insertUsage = compileByColumns<typeof usage.$inferInsert>((db, row) =>
  db.insert(usage).values(row).onConflictDoNothing(),
);
