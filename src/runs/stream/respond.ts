import type { Ctx } from '../../platform/context.ts';
import type { RunRequest } from '../driver.ts';
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
  if (!wantsStream(body, request)) return runToEnd(ctx, run);
  return toEventStream(stream, await runAsStream(ctx, run, { protocol: stream }));
}
