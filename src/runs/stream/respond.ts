import type { Ctx } from '../../platform/context.ts';
import type { RunRequest } from '../driver.ts';
import { storedForPerson } from '../left-to-person.ts';
import { readRun } from '../read-run.ts';
import type { Message } from '../schema/message.ts';
import { toRun } from '../schema/run.ts';
import { runAsStream, runToEnd, startRun } from '../start.ts';
import type { NativeStream } from './encoder.ts';
import { toEventStream, wantsStream } from './sse.ts';

/** Failures of a run before its first output, besides those of the request. */
export const runFailures = [
  'agent_archived',
  'share_limit',
  'run_cancelled',
  'run_interrupted',
  'provider_auth',
  'provider_not_configured',
  'rate_limited',
  'provider_error',
  'provider_timeout',
] as const;

/** Starts a run, and responds with 202 and the run without waiting for its end. */
async function accept(ctx: Ctx, request: RunRequest): Promise<Response> {
  const { run_id, is_joined } = await startRun(ctx, request);
  const run = toRun((await readRun(ctx, run_id)).row);
  const headers = is_joined ? { 'idempotent-replayed': 'true' } : undefined;
  return Response.json(run, { status: 202, ...(headers === undefined ? {} : { headers }) });
}

/**
 * Executes a run, and responds with the message or with events, as the request asks, or with the
 * run in the background.
 */
export async function respond(
  ctx: Ctx,
  run: RunRequest,
  stream: NativeStream,
  body: { readonly stream?: boolean | undefined; readonly background?: boolean | undefined },
  request: Request,
): Promise<Message | Response> {
  if (body.background === true) return accept(ctx, run);
  if (wantsStream(body, request)) return streamRun(ctx, run, stream);
  try {
    return await runToEnd(ctx, run);
  } catch (error) {
    const stored = storedForPerson(error);
    if (stored === null) throw error;
    return stored;
  }
}

/** Executes a run, and responds with its events. A message that was stored for a person has a stream of its own. */
export async function streamRun(
  ctx: Ctx,
  run: RunRequest,
  stream: NativeStream,
): Promise<Response> {
  try {
    return toEventStream(stream, await runAsStream(ctx, run, { protocol: stream }));
  } catch (error) {
    const stored = storedForPerson(error);
    if (stored === null) throw error;
    return toEventStream(stream, { run_id: null, body: stream.leave(stored), is_joined: false });
  }
}
