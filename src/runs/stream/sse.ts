import { Failure } from '../../shared/failure.ts';
import type { NativeStream } from './encoder.ts';
import type { RunStream } from './run-stream.ts';

/** Returns true if a request asks for events: by its body, or else by its `Accept` header. */
export function wantsStream(
  { stream }: { readonly stream?: boolean | undefined },
  request: Request,
): boolean {
  return stream ?? request.headers.get('accept')?.includes('text/event-stream') ?? false;
}

/** Returns the events of a run as a response, with the id of the run in the `x-run-id` header. */
export const toEventStream = (
  { headers }: Pick<NativeStream, 'headers'>,
  { run_id, body, is_joined }: RunStream,
): Response =>
  new Response(body, {
    headers: {
      ...headers,
      ...(run_id === null ? {} : { 'x-run-id': run_id }),
      ...(is_joined ? { 'idempotent-replayed': 'true' } : {}),
    },
  });

/**
 * Returns the number of the last frame that the client received; 0 for none. Throws
 * `malformed_request`.
 */
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
