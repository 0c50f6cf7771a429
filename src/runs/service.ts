import { batch } from '../db/client.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { Replay } from '../platform/idempotency.ts';
import { ownSession, runFor } from '../sessions/own-session.ts';
import {
  type Message,
  type Run,
  type RunWithSteps,
  toMessage,
  toRun,
  toRunStep,
} from '../sessions/schema.ts';
import {
  isOpen,
  type MessageRow,
  type RunRow,
  type SessionRow,
  selectAnswerOfRun,
  selectRun,
  selectRunSteps,
  selectSessionOfRun,
} from '../sessions/store.ts';
import type { TurnInput } from '../sessions/turn/turn-input.ts';
import { notFound } from '../shared/failure.ts';
import type { TurnEvent } from './events.ts';
import { type Heard, hostOf } from './host/host-client.ts';
import { type WireRequest, writeEvents } from './stream/encoder.ts';
import { answerOf, eventsGone, storedEvents, terminalOf } from './stream/event-log.ts';

/** The events of a run, as they come. */
export interface RunStream {
  /** null where the run waits for another one to end: the stream tells it. */
  readonly run_id: string | null;
  readonly body: ReadableStream<Uint8Array> | string;
  /** The run was started by an earlier request with the same key. */
  readonly is_joined: boolean;
}

/**
 * Starts a run in a session and waits for its answer. Throws `Replay` with the answer where the
 * idempotency key has started the run before, and the run's failure.
 */
export async function runToEnd(ctx: Ctx, session_id: string, input: TurnInput): Promise<Message> {
  const { listening } = await start(ctx, session_id, input, null);
  if (listening.type === 'stream' || listening.type === 'begun')
    throw new Error('something else came where an answer was asked for');
  const message =
    listening.type === 'message' ? listening.message : await waitFor(ctx, listening.run_id);
  if (listening.type === 'elsewhere' || listening.is_joined) throw new Replay(message);
  return message;
}

export interface StartedRun {
  readonly run_id: string;
  /** Whether an earlier request with the same idempotency key has started it. */
  readonly is_joined: boolean;
}

/** Starts a run that nobody waits for, or queues it behind the one that answers, or finds the one that the idempotency key has started. */
export async function startRun(
  ctx: Ctx,
  session_id: string,
  input: TurnInput,
): Promise<StartedRun> {
  const { listening } = await hostOf(ctx, session_id).startInBackground(input);
  if (listening.type !== 'begun' && listening.type !== 'elsewhere')
    throw new Error('something else came where a run was to begin');
  return {
    run_id: listening.run_id,
    is_joined: listening.type === 'elsewhere' || listening.is_joined,
  };
}

/** The same as a stream, from the first event. A failure before the first word is thrown; a later one is an event. */
export async function runAsStream(
  ctx: Ctx,
  session_id: string,
  input: TurnInput,
  wire: WireRequest,
): Promise<RunStream> {
  const heard = await start(ctx, session_id, input, wire);
  const stream = toStream(heard);
  if (stream !== null) return stream;
  if (heard.listening.type !== 'elsewhere')
    throw new Error('an answer came where a stream was asked for');
  const { run, answer } = await readRun(ctx, heard.listening.run_id);
  if (run.status === 'failed' && answer === undefined) answerOf(terminalOf(run, answer));
  return attachToRun(ctx, heard.listening.run_id, wire, 0);
}

/**
 * A run without a session has a host of its own. Where the request's key has started one before, it is
 * that one's host which knows whether to join, to tell or to try again.
 */
async function start(
  ctx: Ctx,
  session_id: string,
  input: TurnInput,
  wire: WireRequest | null,
): Promise<Heard> {
  const heard = await hostOf(ctx, session_id).start(input, wire);
  if (heard.listening.type !== 'elsewhere' || input.create === undefined) return heard;
  const { host } = await readRun(ctx, heard.listening.run_id);
  const { create: _, ...again } = input;
  return host === session_id ? heard : hostOf(ctx, host).start(again, wire);
}

/** The events of a run from behind frame `after`: live while it goes on, from the record once it has ended. Throws `not_found`, `events_gone`. */
export async function attachToRun(
  ctx: Ctx,
  run_id: string,
  wire: WireRequest,
  after: number,
): Promise<RunStream> {
  let stored = await readRun(ctx, run_id);
  if (isOpen(stored.run)) {
    const host = hostOf(ctx, stored.host);
    const stream = toStream(await host.attach(run_id, after, wire));
    if (stream !== null) return stream;
    stored = await readEnded(ctx, stored);
  }
  const events = storedEvents(stored.run, stored.answer, after);
  const body = writeEvents(wire, events, after, stored.run.status === 'interrupted');
  if (body === null) throw eventsGone();
  return { run_id, body, is_joined: true };
}

/** A run as it stands, with the session that it is of; `terminal` once it has ended. */
export interface EndedRun {
  readonly row: RunRow;
  readonly session: SessionRow;
  readonly terminal: Extract<TurnEvent, { type: 'finished' | 'failed' }> | null;
  /** What it has said, however it ended. */
  readonly said: Message | null;
}

/** What has come of a run. Throws `not_found`. */
export async function readOutcome(ctx: Ctx, run_id: string): Promise<EndedRun> {
  const { run: row, answer, session } = await readRun(ctx, run_id);
  const said = answer === undefined ? null : toMessage(answer, row);
  return { row, session, terminal: isOpen(row) ? null : terminalOf(row, answer), said };
}

/** Stops a run that goes on or waits, and returns it as it has ended. One that has ended stays as it is. */
export async function cancelRun(ctx: Ctx, run_id: string): Promise<Run> {
  const reply = await stopRun(ctx, run_id);
  await commit(ctx, { statements: [], reply });
  return reply;
}

/** The same for a request whose reply is another. */
export async function stopRun(ctx: Ctx, run_id: string): Promise<Run> {
  const stored = await readRun(ctx, run_id);
  if (!isOpen(stored.run)) return toRun(stored.run);
  await hostOf(ctx, stored.host).cancel(run_id);
  return toRun((await readEnded(ctx, stored)).run);
}

export async function getRun(ctx: Ctx, id: string): Promise<RunWithSteps> {
  const [runs, steps, sessions] = await batch(ctx.db, [
    selectRun(ctx.db, ctx.workspace_id, id),
    selectRunSteps(ctx.db, ctx.workspace_id, id),
    selectSessionOfRun(ctx.db, ctx.workspace_id, id),
  ]);
  const [run] = runs;
  if (run === undefined) throw notFound('run');
  const { end_user_id, inputs, metadata } = ownSession(ctx, sessions, 'run');
  const given = { end_user_id, inputs, metadata: metadata as RunWithSteps['metadata'] };
  return runFor(ctx, { ...toRun(run), ...given, steps: steps.map(toRunStep) });
}

interface StoredRun {
  readonly run: RunRow;
  readonly answer: MessageRow | undefined;
  readonly session: SessionRow;
  /** The session whose host has it. */
  readonly host: string;
}

/** Throws `not_found`, also for a run in a session that the caller may not know of. */
async function readRun(ctx: Ctx, run_id: string): Promise<StoredRun> {
  const [runs, answers, sessions] = await batch(ctx.db, [
    selectRun(ctx.db, ctx.workspace_id, run_id),
    selectAnswerOfRun(ctx.db, ctx.workspace_id, run_id),
    selectSessionOfRun(ctx.db, ctx.workspace_id, run_id),
  ]);
  const [run] = runs;
  if (run === undefined) throw notFound('run');
  const session = ownSession(ctx, sessions, 'run');
  return { run, answer: answers[0], session, host: session.id };
}

/** A run that its host does not have: it has ended meanwhile, or its host has died, and then it is closed. */
async function readEnded(ctx: Ctx, { run: { id }, host }: StoredRun): Promise<StoredRun> {
  const stored = await readRun(ctx, id);
  if (!isOpen(stored.run)) return stored;
  await hostOf(ctx, host).recover(id);
  return readRun(ctx, id);
}

/** The answer of a run that another request has started. */
async function waitFor(ctx: Ctx, run_id: string): Promise<Message> {
  let stored = await readRun(ctx, run_id);
  if (isOpen(stored.run)) {
    const { listening } = await hostOf(ctx, stored.host).attach(run_id, 0, null);
    if (listening.type === 'message') return listening.message;
    stored = await readEnded(ctx, stored);
  }
  return answerOf(terminalOf(stored.run, stored.answer));
}

function toStream({ listening, body }: Heard): RunStream | null {
  if (listening.type !== 'stream' || body === null) return null;
  return { run_id: listening.run_id, body, is_joined: listening.is_joined };
}
