import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { anomalyMeasures } from '../db/schema/analytics.ts';
import { Id, Time, TimeZone } from '../http/schema.ts';
import { breakdowns, groupings } from './groups.ts';
import { count, Measures, Usd } from './measures.ts';
import { granularities } from './plan.ts';

/** A date within the range that reports cover, so that arithmetic with dates cannot overflow. */
export const LocalDate = z.iso
  .date()
  .refine(
    (date) => date >= '2000-01-01' && date < '2200-01-01',
    'Must be a date from 2000 to 2199.',
  )
  .openapi({ example: '2026-11-01' });

const range = {
  start_date: LocalDate.optional().describe('First day; 29 days before the last one unless given'),
  end_date: LocalDate.optional().describe('Last day, inclusive; today unless given'),
  time_zone: TimeZone.optional().describe("Time zone of the days; the workspace's unless given"),
};

const groupBy = 'Also returns the figures by this dimension, at most the 100 values that cost most';

export const AgentAnalyticsQuery = z.strictObject({
  ...range,
  granularity: z
    .enum(granularities)
    .default('day')
    .describe(
      'Length of the buckets of the series; a range has at most 31 days by hour, 400 by day, 5 years by month',
    ),
  version: Id('ver')
    .optional()
    .describe(
      'Only runs, calls and ratings of this version. The toplists, `capabilities` and the parts of the cost are empty',
    ),
  experiment: Id('exp')
    .optional()
    .describe(
      'Only runs, calls and ratings of this experiment. The toplists and `capabilities` are empty',
    ),
  variant: Id('var')
    .optional()
    .describe(
      'Only runs, calls and ratings of this variant. The toplists and `capabilities` are empty',
    ),
  group_by: z.enum(groupings).optional().describe(groupBy),
});
export const AnalyticsQuery = AgentAnalyticsQuery.extend({
  agents: z
    .string()
    .regex(
      /^agt_[0-9a-z]{26}(?:,agt_[0-9a-z]{26}){0,99}$/,
      'Must be ids of agents, separated by commas, at most 100.',
    )
    .optional()
    .describe(
      'Only these agents: ids, separated by commas, at most 100. With `group_by=agent` each has a group, however little it costs',
    )
    .openapi({ example: 'agt_01kag3v5n4fwmr5t7m2gq9d8hc,agt_01kag3v5n4fwmr5t7m2gq9d8hd' }),
  group_by: z
    .enum([...groupings, 'agent'])
    .optional()
    .describe(groupBy),
});
export type AnalyticsQuery = z.output<typeof AnalyticsQuery>;

const parts =
  'Dimension of the parts; by end user and by session, only the 100 most expensive are listed';
export const AgentBreakdownQuery = z.strictObject({
  ...range,
  group_by: z.enum(breakdowns).default('model').describe(parts),
});
export const BreakdownQuery = AgentBreakdownQuery.extend({
  group_by: z
    .enum([...breakdowns, 'agent'])
    .default('model')
    .describe(parts),
});
export type BreakdownQuery = z.output<typeof BreakdownQuery>;

export const AgentParams = z.object({ agent: AgentParameter });

const OperationCost = z.object({
  operation: z.string().openapi({ example: 'answer' }),
  calls: count,
  cost_usd: Usd,
});
const CapabilityCost = z.object({
  capability: z.enum(['chat', 'knowledge', 'background', 'evaluation', 'other']),
  calls: count,
  cost_usd: Usd,
});

const Top = { calls: count, runs: count, messages: count, cost_usd: Usd };

const valueName =
  'Names of the experiment and the variant, or of the agent with the number of the version; null for other dimensions';

export const Analytics = z
  .object({
    agent_id: z.string().nullable().describe('null for the workspace'),
    start: Time,
    end: Time.describe('First instant after the range'),
    time_zone: z.string(),
    granularity: z.enum(granularities),
    as_of: Time,
    is_complete: z.boolean().describe('False if there was too much recent data to count all of it'),
    totals: Measures,
    previous: z
      .object({ start: Time, end: Time, totals: Measures })
      .describe('The same number of days directly before the range'),
    series: z.array(
      z.object({
        start: Time,
        ...Measures.shape,
        anomalies: z
          .array(z.enum(anomalyMeasures))
          .describe(
            'By day only: measures far above the earlier days of the range, or `online_score` far below, of which at least seven must have activity',
          ),
      }),
    ),
    group_by: z.string().nullable(),
    groups: z.array(
      z.object({
        value: z.string(),
        name: z.string().nullable().describe(valueName),
        ...Measures.shape,
      }),
    ),
    cost_by_operation: z.array(OperationCost),
    cost_by_capability: z.array(CapabilityCost),
    forecast: z
      .object({ cost_usd: Usd, end: Time })
      .nullable()
      .describe(
        'Cost of the whole range at the rate so far; null when the range is over or has just begun',
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
          cost_usd: Usd.describe(
            'Cost of the models that it used, which is part of `cost_by_operation` too',
          ),
        }),
      )
      .describe('Tools and retrieval used by runs'),
    top_sessions: z.array(z.object({ session_id: z.string(), ...Top })),
    top_end_users: z.array(z.object({ end_user_id: z.string(), ...Top })),
  })
  .openapi('Analytics');
export type Analytics = z.output<typeof Analytics>;

const Part = z.object({
  name: z.string().nullable().describe(valueName),
  value: z
    .string()
    .describe(
      '`none` for calls without a value, `~others` for the sum of values that are not listed',
    )
    .openapi({ example: 'openai/gpt-5' }),
  calls: count,
  input_tokens: count,
  output_tokens: count,
  cost_usd: Usd,
  unpriced_calls: count,
  share: z.number().describe('Share of the total cost, 0..1'),
});

export const CostBreakdown = z
  .object({
    agent_id: z.string().nullable().describe('null for the workspace'),
    start: Time,
    end: Time.describe('First instant after the range'),
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
