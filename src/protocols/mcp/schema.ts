import { z } from '@hono/zod-openapi';

const RequestId = z.union([z.string().max(255), z.number()]);

/** A message of JSON-RPC 2.0 from a client: a request, or a notification. Its method decides about `params`. */
export const McpMessage = z
  .strictObject(
    {
      jsonrpc: z.literal('2.0'),
      id: RequestId.optional().describe('Absent for a notification'),
      method: z.string().min(1).max(128).openapi({ example: 'tools/list' }),
      params: z.record(z.string(), z.unknown()).optional(),
    },
    {
      error: ({ code, input }) =>
        code === 'invalid_type' && Array.isArray(input)
          ? 'Batches are not supported: send one message.'
          : undefined,
    },
  )
  .openapi('McpMessage', {
    example: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
  });
export type McpMessage = z.output<typeof McpMessage>;

/** The response to a request: `result`, or `error`. */
export const McpResponse = z
  .looseObject({
    jsonrpc: z.literal('2.0'),
    id: RequestId.nullable(),
    result: z.record(z.string(), z.unknown()).optional(),
    error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
  })
  .openapi('McpResponse', {
    example: { jsonrpc: '2.0', id: 2, result: { prompts: [] } },
  });
