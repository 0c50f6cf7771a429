import type { Ctx } from '../../platform/context.ts';
import type { RunRequest } from '../driver.ts';
import type { Message } from '../schema/message.ts';
import { runAsStream, runToEnd } from '../start.ts';
import type { NativeStream } from './encoder.ts';
import { toEventStream, wantsStream } from './sse.ts';

/** Failures of a run before its first output, besides those of the request. */
export const runFailures = [
  'agent_archived',
  'run_cancelled',
  'run_interrupted',
  'provider_auth',
  'provider_not_configured',
  'rate_limited',
  'provider_error',
  'provider_timeout',
] as const;

/** Executes a run, and responds with the message or with events, as the request asks. */
export async function respond(
  ctx: Ctx,
  run: RunRequest,
  stream: NativeStream,
  body: { readonly stream?: boolean | undefined },
  request: Request,
): Promise<Message | Response> {
  if (!wantsStream(body, request)) return runToEnd(ctx, run);
  return toEventStream(stream, await runAsStream(ctx, run, { protocol: stream }));
}
