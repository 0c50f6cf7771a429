import { z } from '@hono/zod-openapi';
import { AgentParameter, OverrideReason, VersionRequest } from '../agents/index.ts';
import { experimentModes, experimentStatuses } from '../db/schema/experiments.ts';
import { pageQuery } from '../http/openapi.ts';
import { Name } from '../http/schema.ts';
import { slotsPerCent } from './assignment.ts';
import { directionOf } from './measurable.ts';
import { direction, Metric, MetricName, settings } from './schema.ts';

const GivenMetric = z
  .strictObject({
    metric: MetricName,
    direction: direction.optional(),
    minimum_effect: Metric.shape.minimum_effect.min(0.001).max(10).default(0.05),
  })
  .transform(({ direction: given, ...metric }) => ({
    ...metric,
    direction: given ?? directionOf(metric.metric),
  }));

const Weight = z
  .number()
  .min(0)
  .max(100)
  .refine(
    (weight) => Math.abs(weight * slotsPerCent - Math.round(weight * slotsPerCent)) < 1e-6,
    'Must have at most two decimals.',
  )
  .describe('Per cent of the subjects, with at most two decimals')
  .openapi({ example: 50 });

const GivenSettings = z.strictObject({
  confidence_level: settings.confidence_level.default(0.95),
  minimum_subjects: settings.minimum_subjects.default(100),
  uses_prior_behaviour: settings.uses_prior_behaviour.default(true),
  success: settings.success.default({ source: 'feedback', event: 'goal' }),
});

const VariantName = Name(64).openapi({ example: 'candidate' });

const GivenVariant = z.strictObject({
  name: VariantName,
  version: VersionRequest,
  weight: Weight,
  is_control: z.boolean().default(false).describe('The variant that the others are compared to'),
});
export type GivenVariant = z.output<typeof GivenVariant>;

const hasUnique = (names: readonly string[]) => new Set(names).size === names.length;

const fields = {
  name: Name(100).openapi({ example: 'Shorter answers' }),
  hypothesis: z.string().trim().max(2000).describe('The change that is expected, and why'),
  mode: z
    .enum(experimentModes)
    .describe('`bandit` moves weight to better variants while it runs; `fixed` does not'),
  primary_metric: GivenMetric.describe('The metric that decides'),
  guard_metrics: z
    .array(GivenMetric)
    .max(10)
    .refine((given) => hasUnique(given.map(({ metric }) => metric)), 'Names a metric twice.')
    .describe('Metrics that must not get worse: a variant that is credibly worse is stopped'),
  settings: GivenSettings,
  variants: z
    .array(GivenVariant)
    .min(2)
    .max(10)
    .refine((given) => hasUnique(given.map(({ name }) => name)), 'Gives a name twice.')
    .describe(
      'Versions of the agent with their weights. One is the control. Weights must add up to 100 when the experiment starts',
    ),
};

export const CreateExperiment = z
  .strictObject({
    ...fields,
    hypothesis: fields.hypothesis.default(''),
    mode: fields.mode.default('fixed'),
    guard_metrics: fields.guard_metrics.default([]),
    settings: fields.settings.prefault({}),
  })
  .openapi('CreateExperiment', {
    example: {
      name: 'Shorter answers',
      primary_metric: { metric: 'success' },
      guard_metrics: [{ metric: 'cost_per_message', minimum_effect: 0.2 }],
      variants: [
        {
          name: 'control',
          version: 'ver_01kajv2q5ve0mt8h2vj3c6x7ra',
          weight: 50,
          is_control: true,
        },
        { name: 'short', version: 1, weight: 50 },
      ],
    } as never,
  });
export type CreateExperiment = z.output<typeof CreateExperiment>;

export const UpdateExperiment = z
  .strictObject({
    name: fields.name.optional(),
    hypothesis: fields.hypothesis.optional(),
    mode: fields.mode.optional(),
    primary_metric: fields.primary_metric.optional(),
    guard_metrics: fields.guard_metrics.optional(),
    settings: fields.settings.optional(),
    variants: fields.variants.optional(),
    weights: z
      .record(z.string().min(1).max(64), Weight)
      .refine((given) => Object.keys(given).length <= 10, 'At most 10 variants.')
      .optional()
      .describe(
        'New weights by name or id of the variants. Subjects who were exposed keep their variant; of the others, as few as possible change theirs',
      )
      .openapi({ example: { control: 20, short: 80 } }),
  })
  .openapi('UpdateExperiment', { example: { hypothesis: 'Short answers suffice.' } as never });
export type UpdateExperiment = z.output<typeof UpdateExperiment>;

export const EndExperiment = z.strictObject({
  reason: z.string().trim().min(1).max(500).nullable().default(null),
});

export const ConcludeExperiment = z
  .strictObject({
    promote: z
      .string()
      .min(1)
      .max(64)
      .nullable()
      .describe('Name or id of the variant whose version is activated; null for none'),
    reason: EndExperiment.shape.reason,
    override_reason: OverrideReason.optional(),
  })
  .openapi('ConcludeExperiment', { example: { promote: null, reason: 'No difference.' } as never });
export type ConcludeExperiment = z.output<typeof ConcludeExperiment>;

export const ExperimentsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(experimentStatuses).optional().describe('Filter by status'),
});
export type ExperimentsQuery = z.output<typeof ExperimentsQuery>;

export const AllExperimentsQuery = ExperimentsQuery.extend({
  agent: AgentParameter.optional().describe('Filter by agent: its id or slug'),
});
export type AllExperimentsQuery = z.output<typeof AllExperimentsQuery>;
