import { z } from '@hono/zod-openapi';
import { Time } from '../../http/schema.ts';

export const PutTelemetry = z
  .strictObject({
    enabled: z.boolean(),
    endpoint: z
      .url()
      .max(2000)
      .describe(
        'Takes traces over OTLP/HTTP as JSON; the whole address, path included. https only, redirects are not followed',
      ),
    headers: z
      .record(z.string(), z.string())
      .refine((headers) => Object.keys(headers).length <= 16, 'At most 16 headers.')
      .optional()
      .describe(
        'Such as a credential. Kept encrypted, sent to this endpoint only, never shown. Left out: as they are, unless the endpoint changes',
      ),
    include_content: z
      .boolean()
      .default(false)
      .describe(
        'Whether prompts, answers, arguments and results go along. Nothing of them does where the workspace does not keep content',
      ),
  })
  .openapi('PutTelemetry', {
    example: {
      enabled: true,
      endpoint: 'https://collector.example.com/v1/traces',
      headers: { authorization: 'Bearer a-key-of-the-collector' },
      include_content: false,
    },
  });
export type PutTelemetry = z.output<typeof PutTelemetry>;

const states = ['off', 'ok', 'retrying', 'suspended'] as const;

export const Telemetry = z
  .object({
    enabled: z.boolean(),
    endpoint: z.string().nullable(),
    headers: z.array(z.object({ name: z.string(), last_four: z.string().nullable() })),
    include_content: z.boolean(),
    state: z
      .enum(states)
      .describe(
        '`retrying`: the last requests failed and are made again; `suspended`: the endpoint has refused for good, and nothing is sent until it is set anew',
      ),
    waiting_runs: z.number().int().describe('Counted up to 10,000. A run waits for a day at most'),
    exported_runs: z.number().int(),
    dropped_runs: z.number().int().describe('Refused by the endpoint, or given up after a day'),
    rejected_spans: z
      .number()
      .int()
      .describe('Spans that the endpoint did not take of what it took'),
    last_exported_at: Time.nullable(),
    last_error: z
      .object({ detail: z.string(), at: Time })
      .nullable()
      .describe('Until an export goes well'),
    next_attempt_at: Time.nullable().describe('While it is `retrying`: not before this'),
    updated_at: Time.nullable(),
  })
  .openapi('Telemetry', {
    example: {
      enabled: true,
      endpoint: 'https://collector.example.com/v1/traces',
      headers: [{ name: 'authorization', last_four: 'ctor' }],
      include_content: false,
      state: 'ok',
      waiting_runs: 2,
      exported_runs: 1204,
      dropped_runs: 0,
      rejected_spans: 0,
      last_exported_at: '2026-11-20T09:30:00.000Z',
      last_error: null,
      next_attempt_at: null,
      updated_at: '2026-11-19T12:00:00.000Z',
    },
  });
export type Telemetry = z.output<typeof Telemetry>;
