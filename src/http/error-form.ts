import type { z } from '@hono/zod-openapi';
import { isTransient, raisedFailure } from '../db/errors.ts';
import type { Log } from '../platform/ports.ts';
import { Failure, type FailureCode } from '../shared/failure.ts';

/** How a part of the API reports failures, in its document and in its responses. */
export interface ErrorForm {
  readonly mediaType: string;
  readonly schema: z.ZodType;
  statusOf(code: FailureCode): number;
  /** Returns the name of the code in the body. */
  nameOf(code: FailureCode): string;
  bodyOf(failure: Failure, request_id: string): object;
  /**
   * Failures for malformed ids, by the name of the parameter, where they differ from the general
   * 404.
   */
  readonly unknown?: Readonly<Record<string, (value: string) => Failure>>;
}

/** Default `Retry-After` in seconds by status, so that every retryable response has one. */
const defaultRetryAfter: Readonly<Record<number, number>> = { 429: 10, 503: 5 };

/**
 * Converts any error to a response. An error that is not a `Failure` is logged and becomes a 500
 * without details.
 */
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

/**
 * Converts any error to a failure: transient platform errors become `unavailable`, unknown ones
 * `internal`.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const exceeded = raisedFailure(error);
  if (exceeded !== null) return exceeded;
  if (isTransient(error)) {
    return new Failure('unavailable', 'The database is temporarily unavailable. Retry.', {
      retryAfter: 2,
      cause: error,
    });
  }
  return new Failure('internal', 'Internal error. Quote the request id if you report it.', {
    cause: error,
  });
}
