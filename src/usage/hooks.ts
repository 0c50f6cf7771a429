import type { Ctx } from '../platform/context.ts';
import type { NanoUsd } from '../shared/money.ts';
import type { Tokens } from './price.ts';
import type { Attribution } from './record.ts';

/** A model call that is about to be made. */
export interface CallIntent extends Attribution {
  readonly call_key: string;
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
}

/** Where budgets and limits have their say about every model call there is. */
export interface UsageHooks {
  /** Throws a `Failure`, which ends the whole call: no retry, no fallback. */
  beforeCall(ctx: Ctx, intent: CallIntent): Promise<void> | void;
  /** Also after a failed call; must not throw. */
  afterCall(ctx: Ctx, intent: CallIntent, spent: { readonly tokens: Tokens; readonly cost_nano_usd: NanoUsd | null }): Promise<void> | void;
}

/** No budgets yet: every call is allowed. */
export const hooks: UsageHooks = { beforeCall: () => {}, afterCall: () => {} };
