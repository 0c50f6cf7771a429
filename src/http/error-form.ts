import type { z } from '@hono/zod-openapi';
import { isTransient, quotaFailure } from '../db/errors.ts';
import type { Log } from '../platform/ports.ts';
import { Failure, type FailureCode } from '../shared/failure.ts';

/** How a part of the API tells failures: in its document, and on the wire. */
export interface ErrorForm {
  readonly mediaType: string;
  readonly schema: z.ZodType;
  statusOf(code: FailureCode): number;
  /** What the body calls it. */
  nameOf(code: FailureCode): string;
  bodyOf(failure: Failure, request_id: string): object;
  /** What a malformed id is answered with, by the name of its parameter, where an unknown one is not answered as everywhere. */
  readonly unknown?: Readonly<Record<string, (value: string) => Failure>>;
}

/** Seconds, for what knows no better: every answer that asks to come back says when. */
const defaultRetryAfter: Readonly<Record<number, number>> = { 429: 10, 503: 5 };

/** Any error as an answer. What is not a `Failure` is a 500 that says nothing and is logged. */
export function toErrorResponse(
  form: ErrorForm,
  error: unknown,
  request_id: string,
  log: Log,
): Response {
  const failure = toFailure(error);
  if (failure.status >= 500) log.error('request_failed', { code: failure.code, error });
  const status = form.statusOf(failure.code);
  const { headers, retryAfter = defaultRetryAfter[status] } = failure.options;
  return new Response(JSON.stringify(form.bodyOf(failure, request_id)), {
    status,
    headers: {
      'content-type': form.mediaType,
      'x-request-id': request_id,
      ...(failure.code === 'unauthenticated'
        ? { 'www-authenticate': 'Bearer realm="agentgrid"' }
        : {}),
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...headers,
    },
  });
}

/** Any error as a failure: what the platform lost may be tried again, the rest is ours. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const exceeded = quotaFailure(error);
  if (exceeded !== null) return exceeded;
  if (isTransient(error)) {
    return new Failure('unavailable', 'The database is not answering; try again.', {
      retryAfter: 2,
      cause: error,
    });
  }
  return new Failure(
    'internal',
    'The request failed for a reason that is ours; it has been logged.',
    { cause: error },
  );
}
