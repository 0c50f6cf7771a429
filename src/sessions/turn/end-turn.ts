import { isGuardViolation } from '../../db/errors.ts';
import { toFailure } from '../../http/error-form.ts';
import { commit, commitSurely } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { type Citation, readCitations } from '../../runs/citations.ts';
import type { TurnEvent } from '../../runs/events.ts';
import type { Progress } from '../../runs/progress.ts';
import { encodeEvents } from '../../runs/stream/event-log.ts';
import { Failure } from '../../shared/failure.ts';
import { followUps } from '../background/jobs.ts';
import { toMessage, toRun } from '../schema.ts';
import { indexMessages } from '../search/store.ts';
import {
  endRun,
  insertMessage,
  insertRunStep,
  type MessageRow,
  type RunRow,
  releaseSession,
  selectRun,
} from '../store.ts';
import type { Turn } from './start-turn.ts';

/** Stores the answer with everything that belongs to it in one batch; only then is it finished. */
export async function endTurn(ctx: Ctx, turn: Turn, progress: Progress): Promise<TurnEvent> {
  const isCancelled = turn.cancel.signal.aborted;
  if (isCancelled && progress.text === '') throw cancelled();
  const citations = turn.config.knowledge.citations
    ? readCitations(progress.text, progress.sources)
    : [];
  const outcome = isCancelled
    ? cancelledRun
    : { ...outcomeOf(progress), ...judge(turn, progress, citations) };
  const run = endedRun(ctx, turn, progress, outcome);
  const answer = answerRow(ctx, turn, progress, citations);
  await store(ctx, turn, progress, run, answer);
  return { type: 'finished', message: toMessage(answer, run) };
}

const cancelled = () =>
  new Failure('run_cancelled', 'The run was cancelled before it said anything.');
const cancelledRun = { status: 'cancelled', finish_reason: 'cancelled' } as const;

/**
 * Ends a turn that did not come to its end: the text so far is kept, what was consumed is billed, the
 * session is free again. When even that cannot be stored the sweep closes the run.
 */
export async function failTurn(
  ctx: Ctx,
  turn: Turn,
  progress: Progress,
  error: unknown,
): Promise<TurnEvent> {
  if (turn.cancel.signal.aborted && progress.text !== '') {
    return endTurn(ctx, turn, progress).catch((cause: unknown) => {
      ctx.log.error('run_not_closed', { run_id: turn.run.id, error: cause });
      return toFailed(toFailure(cause), endedRun(ctx, turn, progress, cancelledRun));
    });
  }
  const failure = turn.cancel.signal.aborted ? cancelled() : toFailure(error);
  if (failure.code === 'internal') ctx.log.error('run_failed', { run_id: turn.run.id, error });
  const { code: error_code, message: error_detail } = failure;
  const ended = turn.cancel.signal.aborted
    ? cancelledRun
    : ({ status: 'failed', finish_reason: 'error', error_code, error_detail } as const);
  const run = endedRun(ctx, turn, progress, ended);
  const answer = progress.text === '' ? null : answerRow(ctx, turn, progress, []);
  await store(ctx, turn, progress, run, answer).catch((cause: unknown) =>
    ctx.log.error('run_not_closed', { run_id: turn.run.id, error: cause }),
  );
  return toFailed(failure, run);
}

function toFailed(
  { code, message: detail, options: { retryAfter, extra } }: Failure,
  run: RunRow,
): TurnEvent {
  const retry_after_s = retryAfter ?? null;
  return {
    type: 'failed',
    code,
    detail,
    retry_after_s,
    ...(extra === undefined ? {} : { extra }),
    run: toRun(run),
  };
}

async function store(
  ctx: Ctx,
  turn: Turn,
  progress: Progress,
  run: RunRow,
  answer: MessageRow | null,
): Promise<void> {
  const { id, workspace_id, ...end } = run;
  const { steps, usage } = progress.take();
  const released =
    answer === null
      ? { new_messages: 0 as const, ...formerHead(turn) }
      : { new_messages: 1 as const, head: answer.id };
  const { statements: more, jobs } =
    answer === null
      ? { statements: [], jobs: [] }
      : followUps(ctx, toEnded(turn, progress, run, answer));
  const change = {
    jobs,
    statements: [
      ...(answer === null ? [] : [insertMessage(ctx.db, answer, 1)]),
      releaseSession(ctx.db, turn.run, ctx.now(), released),
      ...indexMessages(ctx.db, [...newQuestion(turn), ...(answer === null ? [] : [answer])]),
      endRun(ctx.db, workspace_id, id, end),
      ...steps.map((step) => insertRunStep(ctx.db, step)),
      ...usage,
      ...more,
    ],
  };
  const hasEnded = async () =>
    (await selectRun(ctx.db, workspace_id, id).get())?.status !== 'running';
  try {
    await commitSurely(ctx, change, hasEnded);
    Object.assign(turn.outcome, { is_stored: true, answer });
  } catch (error) {
    if (!isGuardViolation(error, 'messages.seq')) throw error;
    // Somebody closed the run while it was out of touch. Its cost is real all the same.
    await commit(ctx, { statements: usage });
    throw new Failure('conflict', 'The run lost its session before it could end.', {
      cause: error,
    });
  }
}

/** The turn as what follows from it sees it. */
const toEnded = (
  { session, history, user, config, summary, version }: Turn,
  { context }: Progress,
  run: RunRow,
  answer: MessageRow,
) => ({
  session,
  run,
  branch: [...history, user, answer],
  memory: config.memory,
  budget: context?.tokens.budget ?? config.memory.window_tokens,
  covered: summary?.covers_depth ?? 0,
  background_model: version.background_model,
});

/** A question that is answered anew has been indexed with its first answer. */
const newQuestion = ({ former_head, user }: Turn) => (former_head === undefined ? [user] : []);

const formerHead = ({ former_head }: Turn) =>
  former_head === undefined ? {} : { head: former_head };

const answerRow = (
  ctx: Ctx,
  turn: Turn,
  { text, prompt }: Pick<Progress, 'text' | 'prompt'>,
  citations: readonly Citation[],
): MessageRow => ({
  id: turn.message_id,
  workspace_id: ctx.workspace_id,
  session_id: turn.session.id,
  // Right after the question: the run holds the session, so nothing comes in between.
  seq: turn.session.message_seq + 1,
  parent_id: turn.user.id,
  depth: turn.user.depth + 1,
  role: 'assistant',
  text,
  citations: citations.map((citation) => ({ ...citation })),
  prompt,
  attachments: [],
  run_id: turn.run.id,
  created_at: ctx.now(),
});

function endedRun(ctx: Ctx, turn: Turn, progress: Progress, end: Partial<RunRow>): RunRow {
  const now = ctx.now();
  const { finish_reason, confidence, coverage, first_token_ms } = progress;
  const { input_tokens, output_tokens, cache_read_tokens, reasoning_tokens, cost_nano_usd } =
    turn.account;
  return {
    ...turn.run,
    ...{ finish_reason, confidence, coverage, cost_nano_usd, first_token_ms },
    ...{ input_tokens, output_tokens, cache_read_tokens, reasoning_tokens },
    context: contextWith(progress, turn),
    events: turn.keeps_content ? encodeEvents(turn.events) : null,
    latency_ms: now - turn.run.created_at,
    ended_at: now,
    ...end,
  };
}

/** What the model was given, with what of the attachments was sent where there were any. */
const contextWith = (
  { context, attached }: Progress,
  { account: { lowered } }: Turn,
): RunRow['context'] =>
  context === null
    ? null
    : {
        ...context,
        ...(attached.uses.length === 0 ? {} : { attachments: attached.uses }),
        ...(lowered === null ? {} : { downgrade: lowered }),
      };

/** A run that a limit stopped ends with the text so far and says which limit it was. */
const outcomeOf = ({ limit }: Progress): Partial<RunRow> =>
  limit === null
    ? { status: 'completed' }
    : {
        status: 'limit_exceeded',
        finish_reason: 'limit_exceeded',
        error_code: 'limit_exceeded',
        error_detail: `The run reached its limit of ${limit}.`,
      };

/** An answer that cites nothing of what was found has not rested on it, however well it matched. */
function judge(
  { config }: Turn,
  { confidence, coverage, sources }: Progress,
  citations: readonly Citation[],
): Partial<RunRow> {
  if (
    !config.knowledge.citations ||
    confidence === null ||
    sources.length === 0 ||
    citations.length > 0
  )
    return {};
  return {
    confidence: Math.min(confidence, 0.2),
    coverage: coverage === 'full' ? 'partial' : coverage,
  };
}
