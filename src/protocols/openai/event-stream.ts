import type { RunStream } from '../../runs/index.ts';

/** Returns a streaming HTTP response with the events of a run. The header `x-run-id` has the id of the run. */
export const toEventStream = ({ run_id, body, is_joined }: RunStream): Response =>
  new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-store, no-transform',
      'x-accel-buffering': 'no',
      ...(run_id === null ? {} : { 'x-run-id': run_id }),
      ...(is_joined ? { 'idempotent-replayed': 'true' } : {}),
    },
  });
