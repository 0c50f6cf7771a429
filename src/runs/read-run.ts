import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { authorizeOwned, redactRun } from './access.ts';
import type { TerminalEvent } from './events.ts';
import { hostName } from './host/host-client.ts';
import { type Message, toMessage } from './schema/message.ts';
import { toRun } from './schema/run.ts';
import { type RunWithSteps, toRunStep } from './schema/span.ts';
import { answerOfContent, type RunContentRow, selectRunContent } from './store/contents.ts';
import { type AnyMessageRow, selectSessionAnswer, selectSessionOfRun } from './store/messages.ts';
import { isOpen, type RunRow, selectRun } from './store/runs.ts';
import { selectSpans } from './store/spans.ts';
import { terminalOf } from './stream/event-log.ts';
import { fromParts, type SuspendedState } from './suspension/state.ts';
import { selectWaitingState } from './suspension/store.ts';
import { readWaits, type Waits } from './waits.ts';
import { checkReach, unreadable, withheld, withheldRuns } from './withheld.ts';

/** A stored run with its answer. */
export interface ReadRun {
  readonly row: RunRow;
  readonly end_user_id: string | null;
  readonly answer: AnyMessageRow | undefined;
  /** The name of its host. */
  readonly host: string;
  /** Set while the run waits. */
  readonly suspended: SuspendedState | null;
}

/**
 * Reads a run. Throws `not_found`, also for a run that the caller may not see, and `forbidden` while the run may read
 * files that the caller may not. The answer of a run that has read such files is withheld.
 */
export async function readRun(ctx: Ctx, run_id: string): Promise<ReadRun> {
  const [[run], [session], [content], [inSession], parts] = await batch(ctx.db, [
    selectRun(ctx.db, ctx.workspace_id, run_id),
    selectSessionOfRun(ctx.db, ctx.workspace_id, run_id),
    selectRunContent(ctx.db, ctx.workspace_id, run_id),
    selectSessionAnswer(ctx.db, ctx.workspace_id, run_id),
    selectWaitingState(ctx.db, ctx.workspace_id, run_id),
  ]);
  const { row, end_user_id } = authorizeRun(ctx, { run, session, content });
  const own = content?.answered_at == null ? undefined : answerOfContent(row, content);
  const stored = { row, end_user_id, answer: own ?? inSession, host: hostName(row) };
  const suspended = fromParts(parts);
  if (isOpen(row)) checkReach(ctx, row);
  const isRead = isOpen(row) && suspended === null;
  if (isRead || !(await withheldRuns(ctx, [row.id])).has(row.id)) return { ...stored, suspended };
  if (isOpen(row)) throw unreadable();
  const answer = stored.answer && withheld(stored.answer);
  return { ...stored, row: { ...row, events: null }, answer, suspended: null };
}

/** A run with its outcome. */
export interface RunResult {
  readonly row: RunRow;
  readonly end_user_id: string | null;
  /** Null until the run has ended. */
  readonly terminal: TerminalEvent | null;
  /** The text so far of a run that has ended, however it ended. */
  readonly answer: Message | null;
  /** Null when its events are not stored or may not be read. */
  readonly waits: Waits | null;
}

/** Reads the outcome of a run. Throws `not_found`. */
export async function readResult(ctx: Ctx, run_id: string): Promise<RunResult> {
  const stored = await readRun(ctx, run_id);
  const { row, end_user_id, answer } = stored;
  return {
    waits: await readWaits(ctx, stored),
    ...{ row, end_user_id },
    terminal: isOpen(row) ? null : terminalOf(row, answer),
    answer: answer === undefined ? null : toMessage(answer, row),
  };
}

/** Reads a run with its trace. Throws `not_found`. */
export async function getRun(ctx: Ctx, id: string): Promise<RunWithSteps> {
  const [[run], [session], [content], [inSession], spans] = await batch(ctx.db, [
    selectRun(ctx.db, ctx.workspace_id, id),
    selectSessionOfRun(ctx.db, ctx.workspace_id, id),
    selectRunContent(ctx.db, ctx.workspace_id, id),
    selectSessionAnswer(ctx.db, ctx.workspace_id, id),
    selectSpans(ctx.db, ctx.workspace_id, id),
  ]);
  const { row, end_user_id, inputs, metadata } = authorizeRun(ctx, { run, session, content });
  const given = { end_user_id, inputs, metadata: metadata as RunWithSteps['metadata'] };
  const isHidden = (await withheldRuns(ctx, [row.id])).has(row.id);
  const shown = toRun(isHidden ? { ...row, required_actions: null, generated_files: null } : row);
  const own = content?.answered_at == null ? null : content.answer_id;
  const said = {
    question_id: content?.question_id ?? row.input_message_id,
    answer_id: own ?? inSession?.id ?? null,
  };
  return redactRun(ctx, { ...shown, ...given, ...said, steps: spans.map(toRunStep) });
}

interface StoredRun {
  readonly run: RunRow | undefined;
  readonly session: SessionOfRun | undefined;
  readonly content: RunContentRow | undefined;
}

type SessionOfRun = Awaited<ReturnType<ReturnType<typeof selectSessionOfRun>['all']>>[number];

/** Throws `not_found` for a run that the caller may not see: the creator of its session decides, or its own. */
function authorizeRun(ctx: Ctx, { run, session, content }: StoredRun) {
  const owner = session ?? content;
  if (run === undefined || owner === undefined) throw notFound('run');
  const created_by = session === undefined ? run.created_by : session.created_by;
  const { end_user_id, inputs, metadata } = owner;
  authorizeOwned(ctx, { agent_id: run.agent_id, created_by, end_user_id }, 'run');
  return { row: run, end_user_id, inputs, metadata };
}
