import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { anomalyMeasures } from '../db/schema/analytics.ts';
import { Time, TimeZone } from '../http/schema.ts';
import { granularities } from './plan.ts';

/** Before and after this nothing is counted, and arithmetic with dates stays within what a date can be. */
export const LocalDate = z.iso
  .date()
  .refine(
    (date) => date >= '2000-01-01' && date < '2200-01-01',
    'Must be a date from 2000 to 2199.',
  )
  .openapi({ example: '2026-11-01' });

const range = {
  start_date: LocalDate.optional().describe('The first day; 29 days before the last'),
  end_date: LocalDate.optional().describe('The last day, itself included; today'),
  time_zone: TimeZone.optional().describe("Where days begin; the workspace's"),
};

const groupings = ['version', 'model', 'operation', 'api_key'] as const;

export const AgentAnalyticsQuery = z.strictObject({
  ...range,
  granularity: z
    .enum(granularities)
    .default('day')
    .describe('At most 31 days by hour, 400 by day, 5 years by month'),
  group_by: z.enum(groupings).optional().describe('Also by this: the 100 that cost most'),
});
export const AnalyticsQuery = AgentAnalyticsQuery.extend({
  group_by: z
    .enum([...groupings, 'agent'])
    .optional()
    .describe('Also by this: the 100 that cost most'),
});
export type AnalyticsQuery = z.output<typeof AnalyticsQuery>;

const breakdowns = ['provider', ...groupings, 'end_user', 'session'] as const;
const by = 'What the parts are; of end users and sessions the 100 that cost most';
export const AgentBreakdownQuery = z.strictObject({
  ...range,
  group_by: z.enum(breakdowns).default('model').describe(by),
});
export const BreakdownQuery = AgentBreakdownQuery.extend({
  group_by: z
    .enum([...breakdowns, 'agent'])
    .default('model')
    .describe(by),
});
export type BreakdownQuery = z.output<typeof BreakdownQuery>;

export const AgentParams = z.object({ agent: AgentParameter });

const count = z.number().int().min(0);
const Usd = z.number().openapi({ example: 0.0123 });

const Times = z
  .object({ mean: z.number(), p50: z.number(), p95: z.number(), p99: z.number() })
  .nullable()
  .describe('Milliseconds; percentiles are true to 1.5 %. null of nothing');

const OperationCost = z.object({
  operation: z.string().openapi({ example: 'answer' }),
  calls: count,
  cost_usd: Usd,
});
const CapabilityCost = z.object({
  capability: z.enum(['chat', 'knowledge', 'background', 'other']),
  calls: count,
  cost_usd: Usd,
});

export const Measures = z
  .object({
    usage: z.object({
      runs: count,
      chats: count.describe(
        'Sessions in which something was answered; exact up to 200, then within about 2 %',
      ),
      chats_started: count.describe('Sessions whose first message was answered'),
      messages: count,
      unique_users: count.describe(
        'End users who were answered; exact up to 200, then within about 2 %',
      ),
      messages_per_chat: z.number(),
      calls: count.describe('Model calls'),
      input_tokens: count,
      cache_read_tokens: count,
      cache_write_tokens: count,
      output_tokens: count,
      reasoning_tokens: count,
    }),
    performance: z.object({
      latency_ms: Times,
      first_token_ms: Times,
      call_latency_ms: Times,
      error_rate: z.number().describe('Runs that failed or were interrupted, 0..1'),
      call_error_rate: z.number(),
      runs_by_status: z
        .record(z.string(), count)
        .describe('`refused`: by a budget; no error')
        .openapi({ example: { completed: 12 } }),
    }),
    quality: z.object({
      confidence: z.number().nullable().describe('Mean, 0..1; null where no answer has one'),
      coverage: z.object({ full: count, partial: count, none: count }),
      feedback: z.object({ positive: count, neutral: count, negative: count }),
      approval_rate: z
        .number()
        .nullable()
        .describe('Positive among positive and negative ratings; null without any'),
    }),
    cost: z.object({
      total_usd: Usd,
      per_message_usd: Usd.describe('For each answer'),
      per_session_usd: Usd,
      unpriced_calls: count.describe('Calls whose cost is unknown and in no sum'),
      estimated_calls: count.describe(
        'Calls whose tokens were counted here, since the provider did not say',
      ),
    }),
  })
  .openapi('Measures');
export type Measures = z.output<typeof Measures>;

const Top = { calls: count, runs: count, messages: count, cost_usd: Usd };

export const Analytics = z
  .object({
    agent_id: z.string().nullable().describe('null for the workspace'),
    start: Time,
    end: Time.describe('The first instant that is left out'),
    time_zone: z.string(),
    granularity: z.enum(granularities),
    as_of: Time,
    is_complete: z
      .boolean()
      .describe('false while so much is not rolled up yet that it was not all counted'),
    totals: Measures,
    previous: z
      .object({ start: Time, end: Time, totals: Measures })
      .describe('As many days right before'),
    series: z.array(
      z.object({
        start: Time,
        ...Measures.shape,
        anomalies: z
          .array(z.enum(anomalyMeasures))
          .describe(
            'By day: what is far above the days before in the range, of which there must be seven with some activity',
          ),
      }),
    ),
    group_by: z.string().nullable(),
    groups: z.array(z.object({ value: z.string(), ...Measures.shape })),
    cost_by_operation: z.array(OperationCost),
    cost_by_capability: z.array(CapabilityCost),
    forecast: z
      .object({ cost_usd: Usd, end: Time })
      .nullable()
      .describe(
        'What all of the range will have cost, at the rate so far; null when it is over or has just begun',
      ),
    capabilities: z
      .array(
        z.object({
          capability: z
            .string()
            .describe('`retrieval`, or `tool:` and the name of the tool')
            .openapi({ example: 'tool:web_search' }),
          uses: count,
          failed: count,
          cost_usd: Usd.describe('Of the models that it used; part of the cost by operation too'),
        }),
      )
      .describe('What runs used besides the model that answers'),
    top_sessions: z.array(z.object({ session_id: z.string(), ...Top })),
    top_end_users: z.array(z.object({ end_user_id: z.string(), ...Top })),
  })
  .openapi('Analytics');
export type Analytics = z.output<typeof Analytics>;

const Part = z.object({
  value: z
    .string()
    .describe('`none` stands for no value, `~others` for those that were too many to keep apart')
    .openapi({ example: 'openai/gpt-5' }),
  calls: count,
  input_tokens: count,
  output_tokens: count,
  cost_usd: Usd,
  unpriced_calls: count,
  share: z.number().describe('Of the cost of all, 0..1'),
});

export const CostBreakdown = z
  .object({
    agent_id: z.string().nullable().describe('null for the workspace'),
    start: Time,
    end: Time.describe('The first instant that is left out'),
    time_zone: z.string(),
    as_of: Time,
    is_complete: z.boolean(),
    group_by: z.string(),
    cost_usd: Usd,
    unpriced_calls: count,
    parts: z.array(Part),
  })
  .openapi('CostBreakdown');
export type CostBreakdown = z.output<typeof CostBreakdown>;
