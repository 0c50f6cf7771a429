import { batch } from '../db/client.ts';
import { commitIdempotent } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { type ActiveRun, attributionOf, leaseFor } from './active-run.ts';
import type { AgentRun, RunOutcome } from './agent-run.ts';
import { delegateOf } from './delegate.ts';
import { readEarlierSources } from './earlier-sources.ts';
import { endRunWith, failRunWith } from './end-run.ts';
import type { RunEvent } from './events.ts';
import { Progress } from './progress.ts';
import { runAgent } from './run-agent.ts';
import { toRunExperiment } from './schema/run.ts';
import { insertSpan, selectSpans } from './store/spans.ts';
import { suspendRun } from './suspension/suspend-run.ts';
import { Trace } from './trace.ts';

/**
 * Executes a run that has begun, and stores its end. Never throws and always ends with one terminal
 * event. It continues without listeners, as long as it is iterated.
 */
export async function* executeRun(given: Ctx, active: ActiveRun): AsyncGenerator<RunEvent, void> {
  // Aborts every call made for the run, and limits what it reads.
  const ctx = { ...given, signal: active.signal, groups: active.run.groups };
  const trace = new Trace(active.run.id, active.content_logging);
  const progress = new Progress(ctx, trace);
  const release = holdLease(ctx, active);
  try {
    yield { type: 'start', ...identify(active) };
    const outcome = yield* runAgent(ctx, agentRunOf(ctx, active, trace, progress));
    yield await conclude(ctx, active, progress, outcome);
  } catch (error) {
    yield await failRunWith(ctx, active, progress, error);
  } finally {
    release();
  }
}

/** Renews the lease of a run until the function that it returns is called. */
export function holdLease(ctx: Ctx, { storage }: ActiveRun): () => void {
  const renew = () => ctx.defer(batch(ctx.db, storage.renew(ctx.now() + leaseFor)));
  const heartbeat = setInterval(renew, leaseFor / 3);
  return () => clearInterval(heartbeat);
}

/** The fields of the first event of a run, or of its resumption. */
export const identify = ({ run, message_id, user_message_id, version }: ActiveRun) => ({
  ...{ run_id: run.id, message_id, user_message_id },
  version: { id: version.id, number: version.number },
  experiment: toRunExperiment(run),
});

/** The part of an active run in which its agent works. */
export function agentRunOf(
  ctx: Ctx,
  active: ActiveRun,
  trace: Trace,
  progress: Progress,
): AgentRun {
  const { run } = active;
  const { account, ...attribution } = attributionOf(active);
  return {
    ...{ config: active.config, account, attribution, progress },
    tools: active.tools,
    prompt: active.prompt,
    overrides: active.overrides,
    operation: run.is_preview ? 'preview' : 'answer',
    call_key: run.id,
    // Excludes the time that the run has waited.
    started_at: run.created_at + run.waited_ms,
    signal: active.signal,
    above: [],
    delegate: delegateOf(trace, simulationOf(active)),
    earlier: () => readEarlierSources(ctx, active),
    store: () => storeStep(ctx, active, progress),
  };
}

const simulationOf = ({ overrides: { simulates_effects = false } }: ActiveRun) => ({
  simulates_effects,
});

/**
 * Stores the outcome: the end of the run, or its suspension. A run that was cancelled in the
 * meantime ends.
 */
export const conclude = (
  ctx: Ctx,
  active: ActiveRun,
  progress: Progress,
  outcome: RunOutcome,
): Promise<RunEvent> =>
  outcome.type === 'suspended' && progress.limit === null && !active.cancel.signal.aborted
    ? suspendRun(ctx, active, progress, outcome)
    : endRunWith(ctx, active, progress);

/** A finished step is stored before the next one begins, so that a crash loses neither results nor usage. */
async function storeStep(ctx: Ctx, { run, storage }: ActiveRun, progress: Progress): Promise<void> {
  const { spans, usage } = progress.take();
  const last = spans.at(-1)?.id;
  const statements = [
    ...spans.map((span) => insertSpan(ctx.db, span)),
    ...usage,
    ...storage.renew(ctx.now() + leaseFor),
  ];
  await commitIdempotent(ctx, { statements }, async () =>
    (await selectSpans(ctx.db, ctx.workspace_id, run.id)).some(({ id }) => id === last),
  );
}
