import type { Ctx } from '../platform/context.ts';
import { IdempotentReplay } from '../platform/idempotency.ts';
import { attachToRun, toRunStream, waitForAnswer } from './attach.ts';
import type { RunRequest } from './driver.ts';
import { hostName, hostOf, type StreamReply } from './host/host-client.ts';
import { readRun } from './read-run.ts';
import type { Message } from './schema/message.ts';
import type { StreamRequest } from './stream/encoder.ts';
import { answerOf, terminalOf } from './stream/event-log.ts';
import type { RunStream } from './stream/run-stream.ts';

/**
 * Starts a run and waits for its answer. Throws the run's failure, and `IdempotentReplay` with the
 * answer when the idempotency key has started the run before.
 */
export async function runToEnd(ctx: Ctx, run: RunRequest): Promise<Message> {
  const { state } = await start(ctx, run, null);
  if (state.type === 'stream' || state.type === 'begun')
    throw new Error(`the host replied with ${state.type} to a request for an answer`);
  const message = state.type === 'message' ? state.message : await waitForAnswer(ctx, state.run_id);
  if (state.type === 'elsewhere' || state.is_joined) throw new IdempotentReplay(message);
  return message;
}

export interface StartedRun {
  readonly run_id: string;
  /** An earlier request with the same idempotency key has started it. */
  readonly is_joined: boolean;
}

/** Starts or queues a run without waiting for it, or finds the one that the idempotency key has started. */
export async function startRun(ctx: Ctx, run: RunRequest): Promise<StartedRun> {
  const { state } = await hostOf(ctx, run.host).startInBackground(run);
  if (state.type !== 'begun' && state.type !== 'elsewhere')
    throw new Error(`the host replied with ${state.type} to a request in the background`);
  const { run_id } = state;
  return { run_id, is_joined: state.type === 'elsewhere' || state.is_joined };
}

/** Starts a run and streams its events. A failure before the first output is thrown; a later one is an event. */
export async function runAsStream(
  ctx: Ctx,
  run: RunRequest,
  stream: StreamRequest,
): Promise<RunStream> {
  const reply = await start(ctx, run, stream);
  const opened = toRunStream(reply);
  if (opened !== null) return opened;
  const { state } = reply;
  if (state.type !== 'elsewhere')
    throw new Error(`the host replied with ${state.type} to a request for a stream`);
  const { row, answer } = await readRun(ctx, state.run_id);
  if (row.status === 'failed' && answer === undefined) answerOf(terminalOf(row, answer));
  return attachToRun(ctx, state.run_id, stream, 0);
}

/** A run that the same idempotency key has started on another host is joined there, or started again by it. */
async function start(
  ctx: Ctx,
  request: RunRequest,
  stream: StreamRequest | null,
): Promise<StreamReply> {
  const { rejoin, host, kind } = request;
  const reply = await hostOf(ctx, host).start(request, stream);
  if (reply.state.type !== 'elsewhere' || rejoin === undefined) return reply;
  const { row } = await readRun(ctx, reply.state.run_id);
  const other = hostName(row);
  if (other === host) return reply;
  return hostOf(ctx, other).start({ kind, host: other, input: rejoin(row) }, stream);
}
