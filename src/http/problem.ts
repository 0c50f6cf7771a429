import { z } from '@hono/zod-openapi';
import { isTransient } from '../db/errors.ts';
import type { Log } from '../platform/ports.ts';
import { Failure, type FailureCode, failures } from '../shared/failure.ts';

/** RFC 9457. */
export const Problem = z
  .object({
    type: z.string().describe('A page about this kind of problem'),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]),
    request_id: z.string(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .describe('What is wrong where; pointers are RFC 6901 into the body, or ?name of a query parameter'),
  })
  .loose()
  .openapi('Problem', {
    example: {
      type: '/docs/problems#not_found',
      title: failures.not_found.title,
      status: 404,
      detail: 'No such resource in this workspace.',
      code: 'not_found',
      request_id: 'req_01kajv2q5ve0mt8h2vj3c6x7ra',
    },
  });

/** Seconds, for what knows no better: every answer that asks to come back says when. */
const defaultRetryAfter: Readonly<Record<number, number>> = { 429: 10, 503: 5 };

/** Any error as an answer. What is not a `Failure` is a 500 that says nothing and is logged. */
export function toProblem(error: unknown, request_id: string, log: Log): Response {
  const failure = toFailure(error);
  if (failure.status >= 500) log.error('request_failed', { code: failure.code, error });
  const { errors, extra, headers, retryAfter = defaultRetryAfter[failure.status] } = failure.options;
  return new Response(
    JSON.stringify({
      type: `/docs/problems#${failure.code}`,
      title: failures[failure.code].title,
      status: failure.status,
      detail: failure.message,
      code: failure.code,
      request_id,
      ...(errors === undefined ? {} : { errors }),
      ...extra,
    }),
    {
      status: failure.status,
      headers: {
        'content-type': 'application/problem+json',
        'x-request-id': request_id,
        ...(failure.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer realm="agentgrid"' } : {}),
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        ...headers,
      },
    },
  );
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (isTransient(error)) {
    return new Failure('unavailable', 'The database is not answering; try again.', { retryAfter: 2, cause: error });
  }
  return new Failure('internal', 'The request failed for a reason that is ours; it has been logged.', { cause: error });
}
