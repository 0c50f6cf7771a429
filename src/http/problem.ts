import { z } from '@hono/zod-openapi';
import { type FailureCode, failures } from '../shared/failure.ts';
import type { ErrorForm } from './error-form.ts';

/** A problem document (RFC 9457). */
const Problem = z
  .object({
    type: z.string().describe('URL of the documentation of this problem type'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]),
    request_id: z.string(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .describe(
        'All violations. `pointer` is an RFC 6901 pointer into the body, or `?name` of a query parameter',
      ),
  })
  .loose()
  .openapi('Problem', {
    example: {
      type: '/docs/problems#not_found',
      title: failures.not_found.title,
      status: 404,
      detail: 'No such agent in this workspace.',
      code: 'not_found',
      request_id: 'req_01kajv2q5ve0mt8h2vj3c6x7ra',
    },
  });

/** The platform's own API reports failures as problem documents. */
export const problems: ErrorForm = {
  mediaType: 'application/problem+json',
  schema: Problem,
  statusOf: (code) => failures[code].status,
  nameOf: (code) => code,
  bodyOf: ({ code, status, message, options: { errors, extra } }, request_id) => ({
    type: `/docs/problems#${code}`,
    title: failures[code].title,
    status,
    detail: message,
    code,
    request_id,
    ...(errors === undefined ? {} : { errors }),
    ...extra,
  }),
};
