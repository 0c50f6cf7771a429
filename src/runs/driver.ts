import type { Statement } from '../db/client.ts';
import type { BusyPolicy } from '../db/schema/runs.ts';
import type { Ctx } from '../platform/context.ts';
import type { RateCaller } from '../rate-limits/index.ts';
import type { ActiveRun } from './active-run.ts';
import type { RunEvent } from './events.ts';
import type { RunRow } from './store/runs.ts';
import type { SuspendedRun } from './suspension/state.ts';

/** A request for a run, as sent to its host. */
export interface RunRequest<Input = unknown> {
  /** The name of the driver. */
  readonly kind: string;
  /** The name of the host: runs of one host are executed one after the other. */
  readonly host: string;
  /** The request in the form that the driver takes. */
  readonly input: Input;
  /**
   * The request for the host of an earlier run with the same idempotency key, where that host may
   * start the run again; absent to attach to the run.
   */
  readonly rejoin?: (run: RunRow) => Input;
}

/**
 * One kind of run, such as a turn of a session or a one-off run: how it begins, how a lost one is
 * closed, and how it is stored. Hosts find the drivers by name; `features.ts` registers them.
 */
export interface RunDriver<Input = unknown> {
  readonly kind: string;
  /** Returns true for a run of this kind. */
  owns(run: RunRow): boolean;
  /** Creates the source of runs of one host. It lives as long as the host and may cache rows. */
  open(host: HostPort): RunSource<Input>;
  /** Ends a run whose host died, with the text that its events contain. Does nothing when the run has ended. */
  closeInterrupted(ctx: Ctx, run: RunRow, events: readonly RunEvent[]): Promise<void>;
  /** Restores a waiting run, with its own version and prompt. Null when its session was erased. */
  restore(ctx: Ctx, suspended: SuspendedRun): Promise<ActiveRun | null>;
}

/** The host as seen by a source. */
export interface HostPort {
  /** Closes a run that an earlier instance of the host had begun. */
  recover(ctx: Ctx, run_id: string): Promise<void>;
}

/** The terms of a request: its queue policy, and the subject of its rate limits. */
export interface RunTerms {
  readonly on_busy: BusyPolicy;
  readonly caller: RateCaller;
  /** The run that holds the session, if the session was read. */
  readonly active_run_id: string | null;
}

/** Starts the runs of one host. */
export interface RunSource<Input> {
  /** Checks the caller's access and returns the terms of the request. Throws `not_found`. */
  open(ctx: Ctx, input: Input): Promise<RunTerms>;
  /**
   * Throws for a request that would be refused anyway, before it interrupts another or is queued.
   */
  check(ctx: Ctx, input: Input): Promise<void>;
  /**
   * Returns the statements that store a queued run. They violate `runs.version_id` when the version
   * does not exist.
   */
  queued(ctx: Ctx, input: Input, run_id: string): Promise<Statement[]>;
  /** The id of the new run. */
  newRunId(ctx: Ctx, input: Input): string;
  /** Starts a run: stores it in one batch, together with `more`. */
  begin(ctx: Ctx, input: Input, run_id: string, more: readonly Statement[]): Promise<ActiveRun>;
  /**
   * Returns the request that starts a run again which an idempotency key has started before; null
   * when that run has its own outcome, or is executed by another host.
   */
  retry(ctx: Ctx, input: Input, run: RunRow | undefined): Promise<Input | null>;
  /** Called once a run has ended. */
  ended(active: ActiveRun): void;
  /** Drops the cache, so that the next run reads from D1. */
  invalidate(): void;
}
