import type { Ctx } from '../../platform/context.ts';
import { uiWire } from '../../protocols/ui-stream/encoder.ts';
import type { Message } from '../../sessions/schema.ts';
import type { Asked } from '../../sessions/tree/service.ts';
import { runAsStream, runToEnd } from '../service.ts';
import { toEventStream, wantsStream } from './sse.ts';

/** How a run may fail before its first word, besides what is wrong with the request. */
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

/** Runs it, and answers with the message or with events, as the request wants it. */
export async function respond(
  ctx: Ctx,
  { session_id, input }: Asked,
  body: { readonly stream?: boolean | undefined },
  request: Request,
): Promise<Message | Response> {
  if (!wantsStream(body, request)) return runToEnd(ctx, session_id, input);
  return toEventStream(await runAsStream(ctx, session_id, input, { kind: uiWire }));
}
