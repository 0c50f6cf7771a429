import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { authorizeOwned, redactRun } from './access.ts';
import type { TerminalEvent } from './events.ts';
import { hostName } from './host/host-client.ts';
import { type Message, toMessage } from './schema/message.ts';
import { toRun } from './schema/run.ts';
import { type RunWithSteps, toRunStep } from './schema/span.ts';
import {
  type AnyMessageRow,
  answerOfRun,
  type OwnedRunRow,
  selectOwnedRun,
  selectSessionAnswer,
} from './store/messages.ts';
import { isOpen, type RunRow } from './store/runs.ts';
import { selectSpans } from './store/spans.ts';
import { terminalOf } from './stream/event-log.ts';

/** A stored run with its answer. */
export interface ReadRun {
  readonly row: RunRow;
  readonly end_user_id: string | null;
  readonly answer: AnyMessageRow | undefined;
  /** The name of its host. */
  readonly host: string;
}

/** Reads a run. Throws `not_found`, also for a run that the caller may not see. */
export async function readRun(ctx: Ctx, run_id: string): Promise<ReadRun> {
  const [[owned], answers] = await batch(ctx.db, [
    selectOwnedRun(ctx.db, ctx.workspace_id, run_id),
    selectSessionAnswer(ctx.db, ctx.workspace_id, run_id),
  ]);
  const { row, end_user_id } = authorizeRun(ctx, owned);
  const answer = owned === undefined ? undefined : answerOfRun(owned, answers);
  return { row, end_user_id, answer, host: hostName(row) };
}

/** A run with its outcome. */
export interface RunResult {
  readonly row: RunRow;
  readonly end_user_id: string | null;
  /** Null until the run has ended. */
  readonly terminal: TerminalEvent | null;
  /** The text so far of a run that has ended, however it ended. */
  readonly answer: Message | null;
}

/** Reads the outcome of a run. Throws `not_found`. */
export async function readResult(ctx: Ctx, run_id: string): Promise<RunResult> {
  const { row, end_user_id, answer } = await readRun(ctx, run_id);
  return {
    ...{ row, end_user_id },
    terminal: isOpen(row) ? null : terminalOf(row, answer),
    answer: answer === undefined ? null : toMessage(answer, row),
  };
}

/** Reads a run with its trace. Throws `not_found`. */
export async function getRun(ctx: Ctx, id: string): Promise<RunWithSteps> {
  const [[owned], spans] = await batch(ctx.db, [
    selectOwnedRun(ctx.db, ctx.workspace_id, id),
    selectSpans(ctx.db, ctx.workspace_id, id),
  ]);
  const { row, end_user_id, inputs, metadata } = authorizeRun(ctx, owned);
  const given = { end_user_id, inputs, metadata: metadata as RunWithSteps['metadata'] };
  return redactRun(ctx, { ...toRun(row), ...given, steps: spans.map(toRunStep) });
}

/** Throws `not_found` for a run that the caller may not see: the creator of its session decides, or its own. */
function authorizeRun(ctx: Ctx, owned: OwnedRunRow | undefined) {
  const owner = owned?.session ?? owned?.content ?? null;
  if (owned === undefined || owner === null) throw notFound('run');
  const { run, session } = owned;
  const { end_user_id, inputs, metadata } = owner;
  const created_by = session === null ? run.created_by : session.created_by;
  authorizeOwned(ctx, { agent_id: run.agent_id, created_by }, 'run');
  return { row: run, end_user_id, inputs, metadata };
}
