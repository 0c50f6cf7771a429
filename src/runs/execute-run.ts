import { batch } from '../db/client.ts';
import { commitSurely } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { type ActiveRun, attributionOf, leaseFor } from './active-run.ts';
import { delegateOf } from './delegate.ts';
import { endRunWith, failRunWith } from './end-run.ts';
import type { RunEvent } from './events.ts';
import { Progress } from './progress.ts';
import { runAgent } from './run-agent.ts';
import { insertSpan, selectSpans } from './store/spans.ts';
import { Trace } from './trace.ts';

/**
 * Executes a run that has begun, and stores its end. Never throws and always ends with one terminal event. It goes on
 * without listeners, as long as it is iterated.
 */
export async function* executeRun(given: Ctx, active: ActiveRun): AsyncGenerator<RunEvent, void> {
  // Everything that is called on behalf of the run stops with it.
  const ctx = { ...given, signal: active.signal };
  const { run, storage, config, version } = active;
  const trace = new Trace(run.id, active.content_logging);
  const progress = new Progress(ctx, trace);
  const renew = () => ctx.defer(batch(ctx.db, storage.renew(ctx.now() + leaseFor)));
  const heartbeat = setInterval(renew, leaseFor / 3);
  try {
    yield {
      type: 'start',
      run_id: run.id,
      message_id: active.message_id,
      user_message_id: active.user_message_id,
      version: { id: version.id, number: version.number },
    };
    const { account, ...attribution } = attributionOf(active);
    yield* runAgent(ctx, {
      ...{ config, account, attribution, progress },
      tools: active.tools,
      prompt: active.prompt,
      overrides: active.overrides,
      operation: run.is_preview ? 'preview' : 'answer',
      call_key: run.id,
      started_at: run.created_at,
      signal: active.signal,
      above: [],
      delegate: delegateOf(trace),
      store: () => storeStep(ctx, active, progress),
    });
    yield await endRunWith(ctx, active, progress);
  } catch (error) {
    yield await failRunWith(ctx, active, progress, error);
  } finally {
    clearInterval(heartbeat);
  }
}

/** A finished step is stored before the next one begins, so that a crash loses neither results nor usage. */
async function storeStep(ctx: Ctx, { run, storage }: ActiveRun, progress: Progress): Promise<void> {
  const { spans, usage } = progress.take();
  const last = spans.at(-1)?.id;
  const statements = [
    ...spans.map((span) => insertSpan(ctx.db, span)),
    ...usage,
    ...storage.renew(ctx.now() + leaseFor),
  ];
  await commitSurely(ctx, { statements }, async () =>
    (await selectSpans(ctx.db, ctx.workspace_id, run.id)).some(({ id }) => id === last),
  );
}
