import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { type NanoUsd, sumOrNull } from '../shared/money.ts';
import { type Account, type Attribution, hooks, recordUsage, type Tokens } from '../usage/index.ts';
import type { Fault } from './faults.ts';
import { readModelName } from './model-name.ts';
import { findProvider, type Provider } from './providers.ts';
import { openTarget, type Target } from './workspace-models.ts';

export interface MeteredCall extends Attribution {
  readonly operation: string;
  readonly call_key: string;
}

/** What came of one request to a provider. */
export interface Outcome {
  readonly tokens: Tokens;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly fault: Fault | null;
}

type Opened = { readonly target: Target } | { readonly failure: Failure; readonly is_final: boolean };

/** Accounts for the attempts of one call: opens models for it, and keeps a usage row for each request that left. */
export class Meter {
  readonly rows: Statement[] = [];
  readonly #costs: (NanoUsd | null)[] = [];
  readonly #ctx: Ctx;
  readonly #attribution: Attribution;
  readonly #account: Account | undefined;
  readonly #operation: string;
  readonly #call_key: string;

  constructor(ctx: Ctx, { operation, call_key, account, agent_id, version_id, session_id, run_id, end_user_id }: MeteredCall) {
    this.#account = account;
    this.#ctx = ctx;
    this.#operation = operation;
    this.#call_key = call_key;
    this.#attribution = { agent_id, version_id, session_id, run_id, end_user_id } as Attribution;
  }

  get cost_nano_usd(): NanoUsd | null {
    return sumOrNull(this.#costs);
  }

  /** A model ready to be called, once budgets and limits allow it. `is_final` when another model would not help. */
  async open(name: string, kind: 'language' | 'embedding' | 'reranking'): Promise<Opened> {
    const named = readModelName(name);
    const provider = named === null ? undefined : findProvider(named.provider);
    if (named === null || provider?.[kind] === undefined) {
      return { failure: new Failure('provider_error', `There is no ${kind} model ${name}.`), is_final: false };
    }
    const refusal = await this.#refusal(provider, named.model);
    if (refusal !== null) return { failure: refusal, is_final: true };
    try {
      return { target: await openTarget(this.#ctx, provider, named.model) };
    } catch (error) {
      if (error instanceof Failure) return { failure: error, is_final: false };
      throw error;
    }
  }

  async record({ provider, model, price }: Target, outcome: Outcome, signal: AbortSignal): Promise<void> {
    const { tokens, latency_ms, first_token_ms, fault } = outcome;
    this.#ctx.meter.llm_ms += latency_ms;
    const intent = this.#intent(provider, model);
    if (fault !== null) {
      const { code } = fault.failure;
      this.#ctx.log.warn('model_call_failed', { provider: provider.id, model, call_key: intent.call_key, code, ...fault.log });
      if (!fault.was_sent) return;
    }
    const status = fault === null ? 'ok' : signal.aborted ? 'aborted' : 'error';
    const recorded = recordUsage(this.#ctx, { ...intent, tokens, price, latency_ms, first_token_ms, status });
    this.rows.push(recorded.statement);
    this.#costs.push(recorded.cost_nano_usd);
    this.#account?.add(this.#operation, recorded.cost_nano_usd, tokens);
    await hooks.afterCall(this.#ctx, intent, { tokens, cost_nano_usd: recorded.cost_nano_usd });
  }

  async #refusal(provider: Provider, model: string): Promise<Failure | null> {
    try {
      await hooks.beforeCall(this.#ctx, this.#intent(provider, model));
      return null;
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  #intent = (provider: Provider, model: string) => ({
    ...this.#attribution,
    call_key: `${this.#call_key}:${this.rows.length}`,
    provider: provider.id,
    model,
    operation: this.#operation,
  });
}
