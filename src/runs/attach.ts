import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { hostOf, type StreamReply } from './host/host-client.ts';
import { type ReadRun, readRun } from './read-run.ts';
import type { Message } from './schema/message.ts';
import { type Run, toRun } from './schema/run.ts';
import { isOpen } from './store/runs.ts';
import { encodeRun, type StreamRequest } from './stream/encoder.ts';
import { answerOf, eventsGone, storedEvents, terminalOf } from './stream/event-log.ts';
import type { RunStream } from './stream/run-stream.ts';

/**
 * Streams the events of a run after frame `after`: live while it is active, from storage once it
 * has ended or waits. Throws `not_found`, `events_gone`.
 */
export async function attachToRun(
  ctx: Ctx,
  run_id: string,
  stream: StreamRequest,
  after: number,
): Promise<RunStream> {
  let stored = await readRun(ctx, run_id);
  if (isOpen(stored.row) && stored.suspended === null) {
    const opened = toRunStream(await hostOf(ctx, stored.host).attach(run_id, after, stream));
    if (opened !== null) return opened;
    stored = await readEnded(ctx, stored);
  }
  const { row, answer, suspended } = stored;
  const events = suspended?.events ?? storedEvents(row, answer, after);
  const body = encodeRun(stream, events, after, row.status === 'interrupted');
  if (body === null) throw eventsGone();
  return { run_id, body, is_joined: true };
}

/** Resolves with the answer of a run that another request has started, or the answer so far of one that waits. Throws the run's failure. */
export async function waitForAnswer(ctx: Ctx, run_id: string): Promise<Message> {
  let stored = await readRun(ctx, run_id);
  if (isOpen(stored.row) && stored.suspended === null) {
    const { state } = await hostOf(ctx, stored.host).attach(run_id, 0, null);
    if (state.type === 'message') return state.message;
    stored = await readEnded(ctx, stored);
  }
  const { row, answer, suspended } = stored;
  return answerOf(suspended?.events.at(-1) ?? terminalOf(row, answer));
}

/** Cancels an active, queued or waiting run, and returns it as it has ended. A run that has ended is returned unchanged. */
export async function stopRun(ctx: Ctx, run_id: string): Promise<Run> {
  const stored = await readRun(ctx, run_id);
  if (!isOpen(stored.row)) return toRun(stored.row);
  await hostOf(ctx, stored.host).cancel(run_id);
  return toRun((await readEnded(ctx, stored)).row);
}

/** `stopRun` for a request whose response is the run. */
export async function cancelRun(ctx: Ctx, run_id: string): Promise<Run> {
  const reply = await stopRun(ctx, run_id);
  await commit(ctx, { statements: [], reply });
  return reply;
}

/**
 * Reads a run that its host does not have: it has ended in the meantime, or its host died, and then
 * it is closed.
 */
async function readEnded(ctx: Ctx, { row: { id }, host }: ReadRun): Promise<ReadRun> {
  const stored = await readRun(ctx, id);
  if (!isOpen(stored.row)) return stored;
  await hostOf(ctx, host).recover(id);
  return readRun(ctx, id);
}

export function toRunStream({ state, body }: StreamReply): RunStream | null {
  if (state.type !== 'stream' || body === null) return null;
  return { run_id: state.run_id, body, is_joined: state.is_joined };
}
