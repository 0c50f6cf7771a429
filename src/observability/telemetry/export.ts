import { batch } from '../../db/client.ts';
import { firstSweepAfter } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { day, hour, minute } from '../../shared/time.ts';
import { type Outcome, sendSpans } from './collector.ts';
import { toExportRequest } from './otlp.ts';
import { openHeaders } from './secrets.ts';
import { toSpans } from './spans.ts';
import {
  dropOldRuns,
  promiseExports,
  readWaiting,
  selectContentLogging,
  selectDueWorkspaces,
  selectTelemetry,
  settleRuns,
  type TelemetryRow,
  updateTelemetry,
  type Waiting,
} from './store.ts';

/** Workspaces that one tick creates jobs for. */
const tickLimit = 1000;
/** A job that has not ended by then is lost. */
const jobTimeout = 6 * minute;
const runsPerBatch = 50;
/** Maximum length of a request body in characters; a single run may exceed it. */
const bodyLimit = 1_000_000;
const batchesPerJob = 20;
/** Runs that could not be exported within this time are dropped. */
const maxQueueAge = day;
const maxBackoff = 30 * minute;

/** Creates a job for every workspace with runs to export. Returns their number. */
export async function exportTelemetry(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const due = await selectDueWorkspaces(ctx.db, now, tickLimit);
  if (due.length === 0) return 0;
  const rows = due.map(({ workspace_id }) => ({ workspace_id, job_id: ctx.newId('job') }));
  const jobs = await promiseExports(ctx.db, rows, now, {
    sweep_at: now + firstSweepAfter,
    until: now + jobTimeout,
  });
  await ctx.jobs.send(jobs.map((job) => ({ ...job, job: { type: 'telemetry.export' } })));
  return jobs.length;
}

/**
 * Exports the waiting runs of a workspace in batches. A run leaves the queue when the endpoint has
 * accepted or refused it, or after a day; failed attempts are reported by the settings.
 */
export async function exportWorkspace(ctx: Ctx): Promise<void> {
  const { db, workspace_id } = ctx;
  const [[row], [content]] = await batch(db, [
    selectTelemetry(db, workspace_id),
    selectContentLogging(db, workspace_id),
  ]);
  if (row === undefined || !row.is_enabled) return;
  const now = ctx.now();
  const reason = {
    last_error:
      row.last_error ?? 'Runs were dropped because they could not be exported within a day.',
    last_error_at: now,
  };
  await dropOldRuns(db, workspace_id, now - maxQueueAge, reason);
  if (row.suspended_at !== null)
    return void (await updateTelemetry(db, workspace_id, { due_at: now + hour }).run());
  const headers = await openHeaders(ctx, row).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
  if (headers instanceof Failure)
    return void (await settle(ctx, row, [], {
      type: 'retry',
      after_ms: null,
      reason: headers.message,
    }));
  const withContent = row.include_content && content?.content_logging === true;
  for (let batches = 0, limit = runsPerBatch; batches < batchesPerJob; batches += 1) {
    const waiting = await readWaiting(db, workspace_id, limit, withContent);
    if (waiting.run_ids.length === 0)
      return void (await updateTelemetry(db, workspace_id, { due_at: 0 }).run());
    const { run_ids, body } = fill(ctx, waiting, withContent);
    const outcome: Outcome =
      body === null ? nothing : await sendSpans(ctx, row.endpoint, headers, body);
    if (outcome.type === 'refused' && outcome.isTooLarge && run_ids.length > 1)
      limit = Math.ceil(run_ids.length / 2);
    else if (!(await settle(ctx, row, run_ids, outcome))) return;
  }
  await updateTelemetry(db, workspace_id, { due_at: 0 }).run();
}

const nothing: Outcome = { type: 'accepted', rejected_spans: 0, warning: null };

/**
 * Fills a body with as many runs as it has room for. Runs that were erased in the meantime have no
 * spans.
 */
function fill(ctx: Ctx, { run_ids, runs, steps }: Waiting, withContent: boolean) {
  const spans: string[] = [];
  const erased = new Set(run_ids);
  const taken: string[] = [];
  let size = 0;
  for (const run of runs) {
    erased.delete(run.id);
    const encoded = toSpans(run, steps.get(run.id) ?? [], withContent).map((span) =>
      JSON.stringify(span),
    );
    const characters = encoded.reduce((sum, text) => sum + text.length, 0);
    if (taken.length > 0 && size + characters > bodyLimit) break;
    spans.push(...encoded);
    taken.push(run.id);
    size += characters;
  }
  const isWhole = taken.length === runs.length;
  return {
    run_ids: isWhole ? [...taken, ...erased] : taken,
    body: spans.length === 0 ? null : toExportRequest(ctx.workspace_id, spans),
  };
}

/** Records the outcome of a batch. Returns true to continue with the next one. */
async function settle(
  ctx: Ctx,
  row: TelemetryRow,
  run_ids: readonly string[],
  outcome: Outcome,
): Promise<boolean> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  if (outcome.type === 'accepted') {
    const { rejected_spans, warning } = outcome;
    const error =
      warning !== null || rejected_spans > 0
        ? `The endpoint rejected ${rejected_spans} spans: ${warning ?? 'no reason was given'}`
        : null;
    const result = { last_error: error, last_error_at: error === null ? null : now };
    await settleRuns(db, workspace_id, run_ids, {
      exported_runs: run_ids.length,
      rejected_spans,
      failures: 0,
      last_exported_at: now,
      ...result,
    });
    return true;
  }
  const failed = { last_error: outcome.reason, last_error_at: now };
  ctx.log.warn('telemetry_not_exported', {
    outcome: outcome.type,
    reason: outcome.reason,
    runs: run_ids.length,
  });
  if (outcome.type === 'refused') {
    await settleRuns(db, workspace_id, run_ids, { dropped_runs: run_ids.length, ...failed });
    return true;
  }
  if (outcome.type === 'suspended') {
    await updateTelemetry(db, workspace_id, {
      suspended_at: now,
      due_at: now + hour,
      ...failed,
    }).run();
    return false;
  }
  const failures = row.failures + 1;
  const backoff = Math.min(maxBackoff, minute * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  await updateTelemetry(db, workspace_id, {
    failures,
    due_at: now + Math.round(outcome.after_ms ?? backoff),
    ...failed,
  }).run();
  return false;
}
