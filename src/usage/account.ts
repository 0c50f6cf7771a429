import type { NanoUsd } from '../shared/money.ts';
import type { Tokens } from './price.ts';

/** A change that a budget made to a call: another model or shorter output. */
export interface AccountDowngrade {
  readonly budget_id: string;
  readonly model: string | null;
  readonly max_output_tokens: number | null;
}

/** The stored account of a run that waits. */
export interface AccountSnapshot
  extends Pick<
    Account,
    'input_tokens' | 'output_tokens' | 'cache_read_tokens' | 'reasoning_tokens' | 'downgrade'
  > {
  /** The sum of the costs that are known. */
  readonly known_nano_usd: NanoUsd;
  readonly is_unknown: boolean;
}

/**
 * Adds up the cost and the tokens of a run: of answers, searches and delegate agents. It is part of the
 * attribution of every call, so no metered call can be left out. What is added to an account is added to its
 * parent too.
 */
export class Account {
  /** Tokens of language models; null after a call whose tokens are unknown. */
  input_tokens: number | null = 0;
  output_tokens: number | null = 0;
  /** Parts of input and output tokens; null after a call whose tokens are unknown. */
  cache_read_tokens: number | null = 0;
  reasoning_tokens: number | null = 0;
  /** The first downgrade by a budget; null without one. */
  downgrade: AccountDowngrade | null = null;
  readonly #ceiling: NanoUsd;
  readonly #parent: Account | undefined;
  readonly #isStrict: boolean;
  /** The most that calls in progress may cost; counted by strict accounts. */
  #held: NanoUsd = 0;
  /** The sum of the known costs, which is compared with the ceiling. */
  #known: NanoUsd = 0;
  #isUnknown = false;

  /** A strict account refuses a call that might pass the ceiling before it is made (`hold`). */
  constructor(ceiling: NanoUsd = Number.POSITIVE_INFINITY, parent?: Account, isStrict = false) {
    this.#ceiling = ceiling;
    this.#parent = parent;
    this.#isStrict = isStrict;
  }

  /** True when calls have to be held before they are made. */
  get isStrict(): boolean {
    return this.#isStrict || (this.#parent?.isStrict ?? false);
  }

  /** Sets the most that a call may cost aside until `release`. Returns false, and holds nothing, if a ceiling does not allow it. */
  hold(cost: NanoUsd): boolean {
    if (this.#isStrict && this.#known + this.#held + cost > this.#ceiling) return false;
    if (this.#parent?.hold(cost) === false) return false;
    this.#held += cost;
    return true;
  }

  release(cost: NanoUsd): void {
    this.#held -= cost;
    this.#parent?.release(cost);
  }

  /** The cost in nano-USD; null after a call whose cost is unknown. */
  get cost_nano_usd(): NanoUsd | null {
    return this.#isUnknown ? null : this.#known;
  }

  /** True when this account or its parent has reached its ceiling. Calls that cost nothing never reach it. */
  get isSpent(): boolean {
    return (this.#known > 0 && this.#known >= this.#ceiling) || (this.#parent?.isSpent ?? false);
  }

  /** True when the ceiling of this account or its parent is 0. */
  get isClosed(): boolean {
    return this.#ceiling === 0 || (this.#parent?.isClosed ?? false);
  }

  snapshot(): AccountSnapshot {
    const { input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, downgrade } = this;
    const tokens = { input_tokens, output_tokens, cache_read_tokens, reasoning_tokens };
    return { ...tokens, downgrade, known_nano_usd: this.#known, is_unknown: this.#isUnknown };
  }

  /** Restores the cost and tokens of a run from before it was suspended. The parent is unchanged. */
  restore({ known_nano_usd, is_unknown, ...rest }: AccountSnapshot): void {
    Object.assign(this, rest);
    this.#known = known_nano_usd;
    this.#isUnknown = is_unknown;
  }

  /** Records a downgrade of a call, unless the account has one. */
  recordDowngrade(downgrade: AccountDowngrade): void {
    this.#parent?.recordDowngrade(downgrade);
    this.downgrade ??= downgrade;
  }

  /** Adds a call. Tokens of embedding calls are not counted. */
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
