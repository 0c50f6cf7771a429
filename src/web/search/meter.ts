import { reserve, settleStatements } from '../../budgets/index.ts';
import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { fromUsd, type NanoUsd } from '../../shared/money.ts';
import { type Attribution, noTokens, recordUsage } from '../../usage/index.ts';
import type { SearchSource } from './access.ts';
import type { Attempt } from './attempt.ts';
import { isFault, type SearchFault } from './fault.ts';

export interface MeteredSearch extends Attribution {
  readonly operation: string;
  readonly call_key: string;
}

/** The model of the usage rows: `brave/web-search`. */
const model = 'web-search';

/** Meters the attempts of one search: a usage row for each request, and the budgets that pay for them. */
export class SearchMeter {
  readonly #ctx: Ctx;
  readonly #search: MeteredSearch;
  readonly #rows: Statement[] = [];
  readonly #usage_ids: string[] = [];
  readonly #holds: string[] = [];
  #cost: NanoUsd = 0;

  constructor(ctx: Ctx, search: MeteredSearch) {
    this.#ctx = ctx;
    this.#search = search;
  }

  get cost_nano_usd(): NanoUsd {
    return this.#cost;
  }

  /** Holds the price of a search. Returns why budgets or the run do not allow it, or null. */
  async reserve({ provider, price_nano_usd }: SearchSource): Promise<SearchFault | null> {
    if (price_nano_usd === 0) return null;
    const { account, agent_id = null, end_user_id = null, run_id = null } = this.#search;
    const refused = (detail: string): SearchFault => ({ code: 'budget_exceeded', detail });
    if (account?.isClosed === true)
      return refused("The run's cost limit is 0, and the search is not free.");
    const spender = {
      ...{ agent_id, end_user_id, run_id, model: `${provider.id}/${model}` },
      caller_agent_ids: this.#search.caller_agent_ids ?? [],
      call_key: this.#search.call_key,
    };
    try {
      const { hold_id } = await reserve(this.#ctx, spender, async (downgrade) =>
        downgrade === null ? price_nano_usd : undefined,
      );
      if (hold_id !== null) this.#holds.push(hold_id);
      return null;
    } catch (error) {
      if (error instanceof Failure) return refused(error.message);
      throw error;
    }
  }

  /** Adds the usage row of a request. Providers bill successful searches only; one without a response may have been one. */
  record(
    { provider, price_nano_usd }: SearchSource,
    { outcome, may_cost }: Attempt | { outcome: null; may_cost: true },
    latency_ms: number,
  ): void {
    const { operation, account, caller_agent_ids: _, call_key, ...attribution } = this.#search;
    const isStated = outcome !== null && !isFault(outcome) && outcome.cost_usd !== undefined;
    const stated = isStated ? fromUsd(outcome.cost_usd ?? 0) : price_nano_usd;
    const cost = may_cost ? stated : 0;
    const recorded = recordUsage(this.#ctx, {
      ...attribution,
      call_key: `${call_key}:${this.#rows.length}`,
      provider: provider.id,
      model,
      operation,
      tokens: noTokens,
      price: () => cost,
      latency_ms,
      first_token_ms: null,
      status: outcome === null ? 'aborted' : isFault(outcome) ? 'error' : 'ok',
    });
    this.#rows.push(recorded.statement);
    this.#usage_ids.push(recorded.id);
    this.#cost += recorded.cost_nano_usd ?? 0;
    account?.add(operation, recorded.cost_nano_usd, noTokens);
  }

  /** Returns the usage rows and the settlement of the holds, for one batch in this order. */
  close(): Statement[] {
    return [...this.#rows, ...settleStatements(this.#ctx, this.#holds, this.#usage_ids)];
  }
}
