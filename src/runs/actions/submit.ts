import type { Ctx } from '../../platform/context.ts';
import { IdempotentReplay } from '../../platform/idempotency.ts';
import { attachToRun, toRunStream, waitForAnswer } from '../attach.ts';
import { hostOf } from '../host/host-client.ts';
import { readRun } from '../read-run.ts';
import type { Message } from '../schema/message.ts';
import { countFrames, type StreamRequest } from '../stream/encoder.ts';
import { decodeEvents, requiredAt } from '../stream/event-log.ts';
import type { RunStream } from '../stream/run-stream.ts';
import { fromParts } from '../suspension/state.ts';
import { selectSuspension } from '../suspension/store.ts';
import type { RunAction } from './schema.ts';

/**
 * Submits required actions and waits for the answer, or for the answer so far when the run waits
 * again. Throws the run's failure, and `IdempotentReplay` when an earlier request has submitted the
 * same results.
 */
export async function submitToEnd(
  ctx: Ctx,
  run_id: string,
  actions: readonly RunAction[],
): Promise<Message> {
  const { host } = await readRun(ctx, run_id);
  const { state } = await hostOf(ctx, host).submit(run_id, actions, null);
  if (state.type === 'stream' || state.type === 'begun')
    throw new Error(`the host replied with ${state.type} to a request for an answer`);
  const message = state.type === 'message' ? state.message : await waitForAnswer(ctx, run_id);
  if (state.is_joined) throw new IdempotentReplay(message);
  return message;
}

/** Submits required actions and streams what follows the event that required them. */
export async function submitAsStream(
  ctx: Ctx,
  run_id: string,
  actions: readonly RunAction[],
  stream: StreamRequest,
): Promise<RunStream> {
  const { host } = await readRun(ctx, run_id);
  const reply = await hostOf(ctx, host).submit(run_id, actions, stream);
  const opened = toRunStream(reply);
  if (opened !== null) return opened;
  const { row } = await readRun(ctx, run_id);
  const parts = await selectSuspension(ctx.db, ctx.workspace_id, run_id).all();
  const events = fromParts(parts)?.events ?? (row.events === null ? [] : decodeEvents(row.events));
  const after = countFrames(stream, events.slice(0, requiredAt(events, actions)));
  const { is_joined } = reply.state;
  return { ...(await attachToRun(ctx, run_id, stream, after)), is_joined };
}
