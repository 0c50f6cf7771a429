import type { NanoUsd } from '../shared/money.ts';
import type { Tokens } from './price.ts';

/** How a budget has changed a call (budgets/reserve.ts). */
export interface Lowered {
  readonly budget_id: string;
  readonly model: string | null;
  readonly max_output_tokens: number | null;
}

/**
 * What a run has cost so far, whichever part of it called a model: answers, searches, agents that it
 * asked. It travels with the attribution, so nothing that is metered can be left out of it; what is
 * put on one account is on that of its parent too.
 */
export class Account {
  /** Of language models; null once a call did not say. */
  input_tokens: number | null = 0;
  output_tokens: number | null = 0;
  /** Parts of the two; null once a call did not say. */
  cache_read_tokens: number | null = 0;
  reasoning_tokens: number | null = 0;
  /** What a budget that ran low made of the calls: another model, shorter answers. */
  lowered: Lowered | null = null;
  readonly #ceiling: NanoUsd;
  readonly #parent: Account | undefined;
  /** The sum of the costs that are known: what the ceiling is held against. */
  #known: NanoUsd = 0;
  #isUnknown = false;

  constructor(ceiling: NanoUsd = Number.POSITIVE_INFINITY, parent?: Account) {
    this.#ceiling = ceiling;
    this.#parent = parent;
  }

  /** null once the cost of a call is unknown. */
  get cost_nano_usd(): NanoUsd | null {
    return this.#isUnknown ? null : this.#known;
  }

  /** Whether this or the account above it has reached its ceiling. What costs nothing reaches none. */
  get isSpent(): boolean {
    return (this.#known > 0 && this.#known >= this.#ceiling) || (this.#parent?.isSpent ?? false);
  }

  /** Whether nothing may be spent at all. */
  get isClosed(): boolean {
    return this.#ceiling === 0 || (this.#parent?.isClosed ?? false);
  }

  lower(how: Lowered): void {
    this.#parent?.lower(how);
    this.lowered ??= how;
  }

  add(operation: string, cost_nano_usd: NanoUsd | null, tokens: Tokens): void {
    this.#parent?.add(operation, cost_nano_usd, tokens);
    this.#known += cost_nano_usd ?? 0;
    this.#isUnknown ||= cost_nano_usd === null;
    if (operation.startsWith('embed')) return;
    this.input_tokens = plus(this.input_tokens, tokens.input_tokens);
    this.output_tokens = plus(this.output_tokens, tokens.output_tokens);
    this.cache_read_tokens = plus(this.cache_read_tokens, tokens.cache_read_tokens);
    this.reasoning_tokens = plus(this.reasoning_tokens, tokens.reasoning_tokens);
  }
}

const plus = (sum: number | null, more: number | null) =>
  sum === null || more === null ? null : sum + more;
