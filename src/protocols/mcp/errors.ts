import { z } from '@hono/zod-openapi';
import type { ErrorForm } from '../../http/error-form.ts';
import { type Failure, type FailureCode, failures } from '../../shared/failure.ts';

/** Error codes of JSON-RPC 2.0. Those without a meaning of their own are -32000. */
const codes: Partial<Record<FailureCode, number>> = {
  malformed_request: -32700,
  validation_failed: -32600,
  internal: -32603,
};
const serverError = -32000;

/** An error response of JSON-RPC. Refusals before the message is read have a code and no id; other errors are the package's. */
const JsonRpcError = z
  .object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number()]).nullable(),
    error: z.object({
      code: z.int(),
      message: z.string(),
      data: z
        .object({
          code: z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]).optional(),
          request_id: z.string().optional(),
          errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
        })
        .loose()
        .optional(),
    }),
  })
  .openapi('JsonRpcError', {
    example: {
      jsonrpc: '2.0',
      id: null,
      error: {
        code: serverError,
        message: 'No such agent in this workspace.',
        data: { code: 'not_found', request_id: 'req_01kajv2q5ve0mt8h2vj3c6x7ra' },
      },
    },
  });

/** Returns the details of a failure that a client may know. */
export const dataOf = (
  { code, options: { errors, retryAfter, extra } }: Failure,
  request_id: string,
) => ({
  code,
  request_id,
  ...(errors === undefined ? {} : { errors }),
  ...(retryAfter === undefined ? {} : { retry_after_s: retryAfter }),
  ...extra,
});

/** The error format of the Model Context Protocol: errors of JSON-RPC, and 400 for a body that is not a message. */
export const mcpErrors: ErrorForm = {
  mediaType: 'application/json',
  schema: JsonRpcError,
  statusOf: (code) => (failures[code].status === 422 ? 400 : failures[code].status),
  nameOf: (code) => code,
  bodyOf: (failure, request_id) => ({
    jsonrpc: '2.0',
    id: null,
    error: {
      code: codes[failure.code] ?? serverError,
      message: failure.message,
      data: dataOf(failure, request_id),
    },
  }),
};
