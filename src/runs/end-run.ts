import { isGuardViolation } from '../db/errors.ts';
import { toFailure } from '../http/error-form.ts';
import { locatePassages } from '../knowledge/index.ts';
import { commit, commitIdempotent } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import type { ActiveRun } from './active-run.ts';
import { type Citation, type FileCitation, type PageCitation, readCitations } from './citations.ts';
import type { RunEvent } from './events.ts';
import type { Progress } from './progress.ts';
import { toMessage } from './schema/message.ts';
import { toRun } from './schema/run.ts';
import type { AnyMessageRow } from './store/messages.ts';
import { endRun, isOpen, type RunRow, type RunSources, selectRun } from './store/runs.ts';
import { insertSpan } from './store/spans.ts';
import { encodeEvents, expiredDetail } from './stream/event-log.ts';
import { readableFiles } from './withheld.ts';

/** Stores the answer and the end of the run in one batch, and returns the terminal event. */
export async function endRunWith(
  ctx: Ctx,
  active: ActiveRun,
  progress: Progress,
): Promise<RunEvent> {
  const isCancelled = active.cancel.signal.aborted;
  if (isCancelled && progress.text === '') throw cancelled();
  if (progress.is_expired && progress.text === '') throw expired();
  const citations = active.config.knowledge.citations
    ? await placed(
        ctx,
        await readableCitations(ctx, active, readCitations(progress.text, progress.sources)),
      )
    : [];
  const outcome = isCancelled
    ? cancelledRun
    : { ...outcomeOf(progress), ...judge(active, progress, citations) };
  const run = endedRun(ctx, active, progress, outcome);
  const answer = answerRow(active, progress, citations);
  await store(ctx, active, progress, run, answer);
  return { type: 'finish', message: toMessage(answer, run) };
}

/** Leaves out citations of files that have been closed to the run's caller, or deleted, since they were retrieved. */
async function readableCitations(
  given: Ctx,
  { run: { groups } }: ActiveRun,
  citations: readonly Citation[],
): Promise<readonly Citation[]> {
  const ofFiles = citations.filter(isOfFile);
  if (groups === null || ofFiles.length === 0) return citations;
  const ids = ofFiles.map(({ file_id }) => file_id);
  const readable = await readableFiles({ ...given, groups }, ids);
  return citations.filter((one) => !isOfFile(one) || readable.has(one.file_id));
}

const isOfFile = (citation: Citation): citation is FileCitation => citation.type === 'file';

type PlacedCitation = Omit<FileCitation, 'attempt'> | PageCitation;

/** Adds the pages and boxes of citations, which are stored with the answer. */
async function placed(ctx: Ctx, citations: readonly Citation[]): Promise<PlacedCitation[]> {
  const ofFiles = citations.filter(isOfFile);
  const places = await locatePassages(ctx, ofFiles);
  const placedFiles = new Map(
    ofFiles.map((one, index) => {
      const { attempt: _, ...citation } = one;
      return [one, { ...citation, ...places[index] }];
    }),
  );
  return citations.map((one) => (isOfFile(one) ? (placedFiles.get(one) ?? one) : one));
}

const cancelled = () =>
  new Failure('run_cancelled', 'The run was cancelled before its first output.');
const expired = () => new Failure('run_expired', expiredDetail);
const expiredRun = { status: 'expired', finish_reason: 'expired' } as const;
const cancelledRun = { status: 'cancelled', finish_reason: 'cancelled' } as const;

const failedRun = { status: 'failed', finish_reason: 'error' } as const;

/**
 * Ends a run that failed or was cancelled: stores the text so far, bills the tokens used, and
 * releases the session. When that cannot be stored either, the sweep of lost runs closes the run.
 */
export async function failRunWith(
  ctx: Ctx,
  active: ActiveRun,
  progress: Progress,
  error: unknown,
): Promise<RunEvent> {
  const run_id = active.run.id;
  if (active.cancel.signal.aborted && progress.text !== '') {
    return endRunWith(ctx, active, progress).catch((cause: unknown) => {
      ctx.log.error('run_not_closed', { run_id, error: cause });
      return toErrorEvent(toFailure(cause), endedRun(ctx, active, progress, cancelledRun));
    });
  }
  const failure = active.cancel.signal.aborted ? cancelled() : toFailure(error);
  if (failure.code === 'internal') ctx.log.error('run_failed', { run_id, error });
  const { code: error_code, message: error_detail } = failure;
  const how = error_code === 'run_expired' ? expiredRun : failedRun;
  const ended = active.cancel.signal.aborted ? cancelledRun : { ...how, error_code, error_detail };
  const run = endedRun(ctx, active, progress, ended);
  const answer = progress.text === '' ? null : answerRow(active, progress, []);
  await store(ctx, active, progress, run, answer).catch((cause: unknown) =>
    ctx.log.error('run_not_closed', { run_id, error: cause }),
  );
  return toErrorEvent(failure, run);
}

function toErrorEvent(
  { code, message: detail, options: { retryAfter, extra } }: Failure,
  run: RunRow,
): RunEvent {
  return {
    ...{ type: 'error', code, detail, retry_after_s: retryAfter ?? null },
    ...(extra === undefined ? {} : { extra }),
    run: toRun(run),
  };
}

const answerRow = (
  { storage }: ActiveRun,
  { text, prompt }: Progress,
  citations: readonly PlacedCitation[],
): AnyMessageRow =>
  storage.answerRow({ text, prompt, citations: citations.map((citation) => ({ ...citation })) });

async function store(
  ctx: Ctx,
  active: ActiveRun,
  progress: Progress,
  run: RunRow,
  answer: AnyMessageRow | null,
): Promise<void> {
  const { spans, usage } = progress.take();
  const { before, after, jobs } = active.storage.end({ run, answer, progress });
  const statements = [
    ...before,
    endRun(ctx.db, run.workspace_id, run.id, columnsOfEnd(run), sourcesOf(active, progress)),
    ...spans.map((span) => insertSpan(ctx.db, span)),
    ...usage,
    ...after,
  ];
  const hasEnded = async () => {
    const stored = await selectRun(ctx.db, run.workspace_id, run.id).get();
    return stored === undefined || !isOpen(stored);
  };
  try {
    await commitIdempotent(ctx, { statements, jobs }, hasEnded);
    active.storage.stored(answer);
  } catch (error) {
    if (!isGuardViolation(error, active.storage.conflict)) throw error;
    // The run was closed elsewhere while it could not be reached. Its cost is real anyway.
    await commit(ctx, { statements: usage });
    throw new Failure('conflict', 'The run lost its session before it could end.', {
      cause: error,
    });
  }
}

/** Columns that do not change after the start of a run. Writing them would write their indexes again. */
const startColumns: ReadonlySet<string> = new Set<keyof RunRow>([
  ...(['id', 'workspace_id', 'agent_id', 'session_id', 'input_message_id'] as const),
  ...(['version_id', 'experiment_id', 'variant_id', 'subject', 'is_preview', 'metadata'] as const),
  ...(['created_by', 'created_at', 'lease_until', 'groups'] as const),
  // Computed from the runs before it.
  'source_file_ids',
]);

/** The files and earlier answers that the answer is written from. */
export const sourcesOf = ({ prompt }: ActiveRun, { source_file_ids }: Progress): RunSources => ({
  file_ids: source_file_ids,
  run_ids: prompt.history.flatMap(({ role, run_id }) =>
    role === 'assistant' && run_id !== undefined ? [run_id] : [],
  ),
});

const columnsOfEnd = (run: RunRow): Partial<RunRow> =>
  Object.fromEntries(Object.entries(run).filter(([name]) => !startColumns.has(name)));

function endedRun(ctx: Ctx, active: ActiveRun, progress: Progress, end: Partial<RunRow>): RunRow {
  const now = ctx.now();
  return {
    ...active.run,
    finish_reason: progress.finish_reason,
    ...measured(active, progress),
    events: active.content_logging ? encodeEvents(active.events) : null,
    latency_ms: now - active.run.created_at - active.run.waited_ms,
    ended_at: now,
    ...end,
  };
}

/** The columns of a run with its usage and passages so far. */
export function measured(active: ActiveRun, progress: Progress) {
  const { confidence, coverage, first_token_ms } = progress;
  const { sources } = progress.untrusted;
  const { input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, cost_nano_usd } =
    active.account;
  return {
    ...{ confidence, coverage, cost_nano_usd, first_token_ms },
    ...{ input_tokens, output_tokens, cache_read_tokens, reasoning_tokens },
    untrusted: sources.length === 0 ? null : sources,
    generated_files: progress.files.length === 0 ? null : progress.files,
    context: contextOf(progress, active),
  };
}

/** The context of the model, with the attachments that were sent and a downgrade by a budget. */
const contextOf = (
  { context, attached }: Progress,
  { account: { downgrade } }: ActiveRun,
): RunRow['context'] =>
  context === null
    ? null
    : {
        ...context,
        ...(attached.uses.length === 0 ? {} : { attachments: attached.uses }),
        ...(downgrade === null ? {} : { downgrade }),
      };

/** A run that expired or reached a limit keeps its text so far, with the reason. */
function outcomeOf({ is_expired, limit }: Progress): Partial<RunRow> {
  if (is_expired) return { ...expiredRun, error_code: 'run_expired', error_detail: expiredDetail };
  if (limit === null) return { status: 'completed' };
  return {
    status: 'limit_exceeded',
    finish_reason: 'limit_exceeded',
    error_code: 'limit_exceeded',
    error_detail: `The run reached its limit of ${limit}.`,
  };
}

/**
 * An answer without citations is not based on the retrieved passages, however well those matched. A
 * model that cites passages of coverage `none` has found something in them.
 */
function judge(
  { config }: ActiveRun,
  { confidence, coverage, sources }: Progress,
  citations: readonly PlacedCitation[],
): Partial<RunRow> {
  const isUnjudged = !config.knowledge.citations || confidence === null;
  if (isUnjudged || sources.length === 0) return {};
  if (citations.length > 0) return coverage === 'none' ? { coverage: 'partial' } : {};
  return {
    confidence: Math.min(confidence, 0.2),
    coverage: coverage === 'full' ? 'partial' : coverage,
  };
}
