import {
  type Downgrade,
  findCachedBudgets,
  hasTokenBudget,
  reserve as reserveBudgets,
  settleStatements,
} from '../budgets/index.ts';
import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { type NanoUsd, nanoPerUsd } from '../shared/money.ts';
import { type Attribution, free, type Hold, typicalOutput, unknownTokens } from '../usage/index.ts';
import type { CallSize } from './call-size.ts';
import type { Target } from './workspace-models.ts';

/** Returns the tokens of a call: known or estimated input, and the output limit; null without a limit. */
export type SizeOf = () => { readonly input_tokens: number; readonly output_tokens: number | null };

/** Factor on estimated input, so that a hold covers the call: token estimates are accurate to about a third. */
const margin = 1.35;

/** The budget reservation of one metered call, across all its attempts. */
export class BudgetReservation {
  /** The downgrade of the call by a budget; null without one. */
  downgrade: Downgrade | null = null;
  readonly #ctx: Ctx;
  readonly #call: Attribution & { readonly call_key: string };
  readonly #holds: Hold[] = [];
  /** The amount that a strict account has set aside for the attempt in progress. */
  #heldInAccount: NanoUsd = 0;

  constructor(ctx: Ctx, call: Attribution & { readonly call_key: string }) {
    this.#ctx = ctx;
    this.#call = call;
  }

  /**
   * Reserves the maximum cost of an attempt in addition to the cost of the call so far. Takes no round
   * trip when enough is held or the workspace has no budgets. Throws `budget_exceeded`.
   */
  async reserve(
    target: Target,
    sizeOf: SizeOf,
    spent: NanoUsd,
    open: (model: string) => Promise<Target | null>,
  ): Promise<void> {
    if (target.provider.price_id === free) return;
    await this.#holdInAccount(target, sizeOf);
    if (findCachedBudgets(this.#ctx)?.budgets.length === 0 && !hasTokenBudget(this.#ctx)) return;
    const held = this.#holds.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
    const missing = (cost: NanoUsd | null) =>
      cost === null ? null : Math.max(0, spent + cost - held);
    const estimate = async (downgrade: Downgrade | null) => {
      if (downgrade === null)
        return missing(
          await this.#costOf(target, sizeOf, this.downgrade?.max_output_tokens ?? null),
        );
      // A call is downgraded once.
      if (this.downgrade !== null) return undefined;
      const other = downgrade.model === null ? target : await open(downgrade.model);
      return other === null
        ? undefined
        : missing(await this.#costOf(other, sizeOf, downgrade.max_output_tokens));
    };
    if (this.#holds.length > 0) {
      const more = await estimate(null);
      if (
        more === null ? this.#holds.some(({ amount }) => amount === null) : more === 0 && held > 0
      )
        return;
    }
    const {
      agent_id = null,
      caller_agent_ids = [],
      end_user_id = null,
      run_id = null,
      call_key,
    } = this.#call;
    const spender = {
      agent_id,
      caller_agent_ids,
      end_user_id,
      run_id,
      call_key,
      model: `${target.provider.id}/${target.model}`,
    };
    const { hold_id, amount, downgrade } = await reserveBudgets(this.#ctx, spender, estimate);
    if (hold_id !== null) this.#holds.push({ id: hold_id, amount });
    if (downgrade === null) return;
    this.downgrade = downgrade;
    this.#call.account?.recordDowngrade(downgrade);
  }

  /** Returns the statements that settle or release the holds, for the batch that stores the usage rows, after them. */
  settle(usage_ids: readonly string[]): Statement[] {
    this.#releaseAccount();
    return settleStatements(
      this.#ctx,
      this.#holds.map(({ id }) => id),
      usage_ids,
    );
  }

  /** Throws `budget_exceeded` when the attempt might cost more than a strict account allows. */
  async #holdInAccount(target: Target, sizeOf: SizeOf): Promise<void> {
    const { account } = this.#call;
    if (account?.isStrict !== true) return;
    this.#releaseAccount();
    const cost = await this.#costOf(target, sizeOf, this.downgrade?.max_output_tokens ?? null);
    if (cost === null)
      throw new Failure(
        'budget_exceeded',
        `The price of ${target.provider.id}/${target.model} is unknown, so a limit on cost cannot be kept. Set a price with \`PUT /prices\`, or run without a limit.`,
      );
    if (!account.hold(cost))
      throw new Failure(
        'budget_exceeded',
        `A call of ${target.provider.id}/${target.model} may cost $${cost / nanoPerUsd}, which is more than is left.`,
      );
    this.#heldInAccount = cost;
  }

  #releaseAccount(): void {
    if (this.#heldInAccount > 0) this.#call.account?.release(this.#heldInAccount);
    this.#heldInAccount = 0;
  }

  async #costOf(
    target: Target,
    sizeOf: SizeOf,
    max_output_tokens: number | null,
  ): Promise<NanoUsd | null> {
    const size = sizeOf();
    const most =
      size.output_tokens ?? (await typicalOutput(this.#ctx, this.#call.agent_id ?? null));
    const output_tokens = Math.min(most, max_output_tokens ?? most);
    return costOf(this.#ctx, target, { input_tokens: size.input_tokens, output_tokens });
  }
}

/** Returns the maximum cost of a call of this size; null when the price is unknown. */
export function costOf(ctx: Ctx, { price }: Target, size: CallSize): NanoUsd | null {
  const input_tokens = Math.ceil(size.input_tokens * margin);
  return price({ ...unknownTokens, input_tokens, output_tokens: size.output_tokens }, ctx.now());
}
