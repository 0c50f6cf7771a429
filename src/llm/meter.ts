import { type Downgrade, findCachedBudgets } from '../budgets/index.ts';
import { batch, type Statement } from '../db/client.ts';
import { readModelName } from '../models/index.ts';
import type { Ctx } from '../platform/context.ts';
import { JobSuspendedError } from '../platform/parked-jobs.ts';
import { withRetry } from '../platform/with-retry.ts';
import { admitCall, spendTokens } from '../rate-limits/index.ts';
import { Failure, workspaceSuspended } from '../shared/failure.ts';
import { type NanoUsd, sumOrNull } from '../shared/money.ts';
import { type Account, type Attribution, free, recordUsage, type Tokens } from '../usage/index.ts';
import { BudgetReservation, costOf, type SizeOf } from './budget-reservation.ts';
import type { Fault } from './faults.ts';
import { findProvider } from './providers.ts';
import { openTarget, type Target } from './workspace-models.ts';

export interface MeteredCall extends Attribution {
  readonly operation: string;
  readonly call_key: string;
}

/** The result of one request to a provider. */
export interface Outcome {
  readonly tokens: Tokens;
  /** True when the tokens were estimated, since the provider did not report them. */
  readonly is_estimated: boolean;
  readonly latency_ms: number;
  readonly first_token_ms: number | null;
  readonly fault: Fault | null;
}

type Opened =
  | { readonly target: Target; readonly max_output_tokens: number | null }
  | { readonly failure: Failure; readonly is_final: boolean };
/** A call size with a cost above 0 for every model that is not free. */
const sampleSize = { input_tokens: 1000, output_tokens: 1000 };
type Kind = 'language' | 'embedding' | 'reranking';

/**
 * True for a call of a suspended workspace. What each call reads anyway shows it, so it takes no further trip. A model
 * that costs nothing is part of the deployment.
 */
const isRefused = (ctx: Ctx, { provider }: Target): boolean =>
  provider.price_id !== free && findCachedBudgets(ctx)?.is_suspended === true;

/** Meters the attempts of one call: opens models for it, and keeps a usage row for each request that was sent. */
export class CallMeter {
  readonly #rows: Statement[] = [];
  readonly #usage_ids: string[] = [];
  readonly #costs: (NanoUsd | null)[] = [];
  readonly #ctx: Ctx;
  readonly #attribution: Attribution;
  readonly #account: Account | undefined;
  readonly #operation: string;
  readonly #call_key: string;
  readonly #reservation: BudgetReservation;
  #admitted: Promise<void> | null = null;
  /** The requested model that a budget replaced; null when none was. */
  #downgraded: string | null = null;

  constructor(ctx: Ctx, call: MeteredCall) {
    const {
      operation,
      call_key,
      account,
      agent_id,
      version_id,
      experiment_id,
      variant_id,
      session_id,
      run_id,
      end_user_id,
      caller_agent_ids = [],
    } = call;
    this.#account = account;
    this.#ctx = ctx;
    this.#operation = operation;
    this.#call_key = call_key;
    this.#attribution = {
      ...{ agent_id, version_id, experiment_id, variant_id, session_id, run_id, end_user_id },
    } as Attribution;
    this.#reservation = new BudgetReservation(ctx, {
      ...this.#attribution,
      caller_agent_ids,
      ...(account === undefined ? {} : { account }),
      call_key,
    });
  }

  get cost_nano_usd(): NanoUsd | null {
    return sumOrNull(this.#costs);
  }

  /** The downgrade of the call by a budget; null without one. */
  get downgrade(): Downgrade | null {
    return this.#reservation.downgrade;
  }

  /** Returns the usage rows and the settlement of the reservation, for one batch in this order. */
  close(): Statement[] {
    return [...this.#rows, ...this.#reservation.settle(this.#usage_ids)];
  }

  /** Stores usage and settlement after the response, for calls whose caller does not store them. Idempotent. */
  closeLater(): void {
    const statements = this.close();
    this.#ctx.defer(withRetry(() => batch(this.#ctx.db, statements)));
  }

  /**
   * Opens a model once limits and budgets allow the call. `is_final` is true when a fallback model would fail as well.
   * Throws `JobSuspendedError` in a job of a suspended workspace.
   */
  async open(name: string, kind: Kind, sizeOf: SizeOf): Promise<Opened> {
    // A downgrade replaces only the model that it was made for; its fallback models stay available.
    const isDowngraded = this.#downgraded === name;
    const requested = await this.#find(
      (isDowngraded ? this.#reservation.downgrade?.model : null) ?? name,
      kind,
    );
    if ('failure' in requested) return requested;
    if (isRefused(this.#ctx, requested.target)) {
      // A job waits as a whole: none of its steps must take the refusal for a result.
      if (this.#ctx.actor.type === 'system') throw new JobSuspendedError();
      return { failure: workspaceSuspended(), is_final: true };
    }
    if (
      this.#account?.isClosed === true &&
      (costOf(this.#ctx, requested.target, sampleSize) ?? 0) > 0
    ) {
      return {
        failure: new Failure(
          'budget_exceeded',
          `The run's cost limit is 0 and model ${name} is not free.`,
        ),
        is_final: false,
      };
    }
    try {
      // Admitted once for all attempts.
      this.#admitted ??= admitCall(this.#ctx, this.#attribution);
      await this.#admitted;
      const spent = this.#costs.reduce<NanoUsd>((sum, cost) => sum + (cost ?? 0), 0);
      await this.#reservation.reserve(requested.target, sizeOf, spent, (model) =>
        this.#openDowngrade(model, kind),
      );
    } catch (error) {
      if (error instanceof Failure) return { failure: error, is_final: true };
      throw error;
    }
    const { downgrade } = this.#reservation;
    if (downgrade !== null) this.#downgraded ??= name;
    const cheaper =
      downgrade?.model == null || this.#downgraded !== name
        ? null
        : await this.#openDowngrade(downgrade.model, kind);
    return {
      target: cheaper ?? requested.target,
      max_output_tokens: downgrade?.max_output_tokens ?? null,
    };
  }

  async #find(
    name: string,
    kind: Kind,
  ): Promise<
    { readonly target: Target } | { readonly failure: Failure; readonly is_final: false }
  > {
    const named = readModelName(name);
    const provider = named === null ? undefined : findProvider(named.provider);
    if (named === null || provider?.[kind] === undefined) {
      return {
        failure: new Failure('provider_error', `Unknown ${kind} model ${name}.`),
        is_final: false,
      };
    }
    try {
      return { target: await openTarget(this.#ctx, provider, named.model) };
    } catch (error) {
      if (error instanceof Failure) return { failure: error, is_final: false };
      throw error;
    }
  }

  /** Opens the model of a downgrade; null when it cannot be called, and for calls of other kinds than `language`. */
  async #openDowngrade(name: string, kind: Kind): Promise<Target | null> {
    if (kind !== 'language') return null;
    const found = await this.#find(name, kind);
    if ('target' in found) return found.target;
    this.#ctx.log.warn('downgrade_not_possible', { model: name, code: found.failure.code });
    return null;
  }

  /** Adds an attempt to the usage rows, the account and the rate limits. A request that was not sent is only logged. */
  record({ provider, model, price }: Target, outcome: Outcome, signal: AbortSignal): void {
    const { tokens, is_estimated, latency_ms, first_token_ms, fault } = outcome;
    this.#ctx.meter.llm_ms += latency_ms;
    const call_key = `${this.#call_key}:${this.#rows.length}`;
    if (fault !== null) {
      const { code } = fault.failure;
      this.#ctx.log.warn('model_call_failed', {
        provider: provider.id,
        model,
        call_key,
        code,
        ...fault.log,
      });
      if (!fault.was_sent) return;
    }
    const status = fault === null ? 'ok' : signal.aborted ? 'aborted' : 'error';
    const about = {
      ...this.#attribution,
      call_key,
      provider: provider.id,
      model,
      operation: this.#operation,
    };
    const recorded = recordUsage(this.#ctx, {
      ...about,
      tokens,
      is_estimated,
      price,
      latency_ms,
      first_token_ms,
      status,
    });
    this.#rows.push(recorded.statement);
    this.#usage_ids.push(recorded.id);
    this.#costs.push(recorded.cost_nano_usd);
    this.#account?.add(this.#operation, recorded.cost_nano_usd, tokens);
    spendTokens(
      this.#ctx,
      this.#attribution,
      (tokens.input_tokens ?? 0) + (tokens.output_tokens ?? 0),
    );
  }
}
