import { z } from '@hono/zod-openapi';
import { Time } from '../../http/schema.ts';

export const PutTelemetry = z
  .strictObject({
    enabled: z.boolean(),
    endpoint: z
      .url()
      .max(2000)
      .describe(
        'Full URL of an OTLP/HTTP traces endpoint that accepts JSON, including the path. Must use https; redirects are not followed',
      ),
    headers: z
      .record(z.string(), z.string())
      .refine((headers) => Object.keys(headers).length <= 16, 'Must have at most 16 headers.')
      .optional()
      .describe(
        'Request headers, such as a credential. Stored encrypted, sent to this endpoint only, never returned. When omitted, the stored headers are kept unless the endpoint changes',
      ),
    include_content: z
      .boolean()
      .default(false)
      .describe(
        'Export prompts, answers, tool arguments and results as well. Has no effect while content logging of the workspace is off',
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
        '`retrying`: the last requests failed and are retried; `suspended`: the endpoint rejected the credentials or the URL, and nothing is sent until the export is set again',
      ),
    waiting_runs: z
      .int()
      .describe(
        'Number of runs waiting for export, counted up to 10,000. A run waits for at most a day',
      ),
    exported_runs: z.int(),
    dropped_runs: z
      .int()
      .describe(
        'Number of runs that the endpoint refused or that could not be exported within a day',
      ),
    rejected_spans: z
      .int()
      .describe('Number of spans that the endpoint rejected in accepted requests'),
    last_exported_at: Time.nullable(),
    last_error: z
      .object({ detail: z.string(), at: Time })
      .nullable()
      .describe('Last export error; cleared by the next successful export.'),
    next_attempt_at: Time.nullable().describe(
      'Earliest time of the next attempt while the state is `retrying`',
    ),
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
