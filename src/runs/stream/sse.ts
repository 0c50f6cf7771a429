import { uiMessageStreamHeaders } from '../../protocols/ui-stream/encoder.ts';
import { Failure } from '../../shared/failure.ts';
import type { RunStream } from '../service.ts';

/** Whether a request asks for events: its body says so, or, where it says nothing, what it accepts. */
export function wantsStream(
  { stream }: { readonly stream?: boolean | undefined },
  request: Request,
): boolean {
  return stream ?? request.headers.get('accept')?.includes('text/event-stream') ?? false;
}

/** A run's events as a response; its id is in a header, for whoever wants to attach again or to cancel. */
export const toEventStream = ({ run_id, body, is_joined }: RunStream): Response =>
  new Response(body, {
    headers: {
      ...uiMessageStreamHeaders,
      ...(run_id === null ? {} : { 'x-run-id': run_id }),
      ...(is_joined ? { 'idempotent-replayed': 'true' } : {}),
    },
  });

/** The number of the last frame that a client has; 0 for none. Throws `malformed_request` for what names no frame of ours. */
export function readLastEventId(request: Request): number {
  const header = request.headers.get('last-event-id') ?? '';
  if (header === '') return 0;
  if (!/^\d{1,9}$/.test(header))
    throw new Failure(
      'malformed_request',
      'Last-Event-ID must be the id of an event of this run: a number.',
    );
  return Number(header);
}
