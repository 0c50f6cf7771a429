import type { AgentConfig } from '../agents/index.ts';
import type { Statement } from '../db/client.ts';
import { actorId, type Ctx } from '../platform/context.ts';
import type { Job } from '../platform/job.ts';
import { fromUsd } from '../shared/money.ts';
import { second } from '../shared/time.ts';
import type { ToolPin } from '../tools/index.ts';
import { Account } from '../usage/index.ts';
import type { Draft } from './draft.ts';
import type { RunEvent } from './events.ts';
import { type Overrides, withOverrides } from './overrides.ts';
import type { Progress } from './progress.ts';
import type { RunPrompt } from './prompt/run-prompt.ts';
import type { AnyMessageRow } from './store/messages.ts';
import type { RunRow } from './store/runs.ts';
import type { StorageSnapshot, SuspendedRun } from './suspension/state.ts';
import type { RunVersion } from './version.ts';

/** A run whose lease was not renewed for this long counts as lost. */
export const leaseFor = 20 * second;

/** An active run: its row is stored, and so is the message that it answers. */
export interface ActiveRun {
  readonly run: RunRow;
  readonly version: Pick<RunVersion, 'id' | 'number'>;
  /** The configuration with the draft and the overrides of the request applied. */
  readonly config: AgentConfig;
  readonly tools: readonly ToolPin[];
  readonly prompt: RunPrompt;
  readonly overrides: Overrides;
  /** Adds up the cost of the run. */
  readonly account: Account;
  readonly end_user_id: string | null;
  /** The draft in `config`, for a run that has to be restored. */
  readonly draft: Draft | null;
  /**
   * When the content of the run is erased, in epoch milliseconds; the run waits no longer than
   * this. Null for never.
   */
  readonly kept_until: number | null;
  /** The message that is answered. */
  readonly user_message_id: string;
  /** The id of the answer to come. */
  readonly message_id: string;
  /** Content logging is on: spans and events keep texts. */
  readonly content_logging: boolean;
  /** The events so far. */
  readonly events: RunEvent[];
  readonly cancel: AbortController;
  /** Aborted by `cancel`, and when the time limit of the run is reached. */
  readonly signal: AbortSignal;
  readonly storage: RunStorage;
  /** Set once the run is suspended. */
  suspension?: { readonly expires_at: number };
}

/** The answer of a run, before it is stored. */
export type NewAnswer = Pick<AnyMessageRow, 'text' | 'citations' | 'prompt'>;

/** The storage of a run, which differs between a turn of a session and a one-off run. */
export interface RunStorage {
  /** Statements that renew the lease of the run and of what it holds. */
  renew(until: number): Statement[];
  /** Statements that keep what the run holds until it is resumed or ends. */
  hold(until: number): Statement[];
  /** The state that only this kind of run needs after it has waited; plain JSON. */
  snapshot(): StorageSnapshot;
  /** Returns the row of the answer as later reads return it. */
  answerRow(answer: NewAnswer): AnyMessageRow;
  /**
   * Returns statements for the batch that ends the run, before and after the run's own, and the
   * jobs that follow. `answer` is null when the run produced no text. The batch violates `conflict`
   * when the run was closed elsewhere.
   */
  end(ended: EndedRun): {
    readonly before: readonly Statement[];
    readonly after: readonly Statement[];
    readonly jobs: readonly Job[];
  };
  /** The constraint that the batch violates when the run was closed elsewhere. */
  readonly conflict: string;
  /** Called once the end of the run is stored. */
  stored(answer: AnyMessageRow | null): void;
}

export interface EndedRun {
  readonly run: RunRow;
  readonly answer: AnyMessageRow | null;
  readonly progress: Progress;
}

/** The parts of an active run that follow from its version and the request. */
export function begin({
  version,
  draft,
  overrides = {},
  suspended,
}: {
  readonly version: RunVersion;
  readonly draft?: Draft | undefined;
  readonly overrides?: Overrides | undefined;
  readonly suspended?: SuspendedRun;
}) {
  const config = withOverrides(draft?.config ?? version.config, overrides);
  const cancel = new AbortController();
  const account = accountOf(config, overrides);
  if (suspended !== undefined) account.restore(suspended.state.account);
  const events: RunEvent[] = [...(suspended?.state.events ?? [])];
  // Excludes the time that the run has waited.
  const left = Math.max(0, config.limits.seconds * second - (suspended?.running_ms ?? 0));
  return {
    draft: draft ?? null,
    config,
    overrides,
    version,
    tools: draft?.tools ?? version.tools,
    account,
    events,
    cancel,
    signal: AbortSignal.any([AbortSignal.timeout(left), cancel.signal]),
  };
}

function accountOf({ limits }: AgentConfig, { max_cost_nano_usd }: Overrides): Account {
  const own = fromUsd(limits.cost_usd);
  return max_cost_nano_usd === undefined
    ? new Account(own)
    : new Account(Math.min(own, max_cost_nano_usd), undefined, true);
}

/** The attribution of the run's model calls. */
export const attributionOf = ({ run, account, end_user_id }: ActiveRun) => ({
  account,
  agent_id: run.agent_id,
  version_id: run.version_id,
  experiment_id: run.experiment_id,
  variant_id: run.variant_id,
  session_id: run.session_id,
  run_id: run.id,
  end_user_id,
});

/**
 * Creates the row of a run that starts or is queued. Its version is filled in by the statement that
 * stores it.
 */
export const newRun = (
  ctx: Ctx,
  given: Pick<RunRow, 'id' | 'agent_id' | 'session_id'> & Partial<RunRow>,
): RunRow => ({
  workspace_id: ctx.workspace_id,
  version_id: '',
  experiment_id: null,
  variant_id: null,
  subject: null,
  input_message_id: null,
  is_preview: false,
  status: 'running',
  finish_reason: null,
  error_code: null,
  error_detail: null,
  confidence: null,
  coverage: null,
  input_tokens: null,
  output_tokens: null,
  cache_read_tokens: null,
  reasoning_tokens: null,
  cost_nano_usd: null,
  first_token_ms: null,
  latency_ms: null,
  context: null,
  metadata: null,
  groups: ctx.groups === null ? null : [...ctx.groups],
  source_file_ids: null,
  untrusted: null,
  generated_files: null,
  events: null,
  lease_until: ctx.now() + leaseFor,
  required_actions: null,
  answered_actions: null,
  suspended_at: null,
  expires_at: null,
  waited_ms: 0,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  ended_at: null,
  ...given,
});
