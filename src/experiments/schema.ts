import { z } from '@hono/zod-openapi';
import { VersionRequest } from '../agents/index.ts';
import { experimentModes, experimentStatuses } from '../db/schema/experiments.ts';
import { pageQuery } from '../http/openapi.ts';
import { Id, Name, Time } from '../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { slotsPerCent } from './assignment.ts';
import { directionOf, eventName, isMetric, metricDirections } from './measurable.ts';
import type { EntryRow, StoredExperiment, StoredVariant } from './store.ts';

const MetricName = z
  .string()
  .max(70)
  .refine(
    isMetric,
    `Must be ${Object.keys(metricDirections).join(', ')}, or event:<name> with the name of an event of sessions.`,
  )
  .describe(
    `\`${Object.keys(metricDirections).join('`, `')}\`, or \`event:<name>\` for the sum of the values of an event`,
  )
  .openapi({ example: 'success' });

const direction = z
  .enum(['increase', 'decrease'])
  .describe('The direction in which the metric is better. Defaults to that of the metric');

const Metric = z
  .object({
    metric: MetricName,
    direction,
    minimum_effect: z
      .number()
      .describe('The smallest relative change that matters, such as 0.05 for 5 %'),
  })
  .openapi('ExperimentMetric');

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

const Success = z
  .strictObject({
    source: z
      .enum(['feedback', 'goal'])
      .describe('`feedback`: an answer is rated well; `goal`: the session has an event'),
    event: z
      .string()
      .regex(eventName)
      .default('goal')
      .describe('Name of the event that counts as success, for `goal`'),
  })
  .openapi('ExperimentSuccess');

const settings = {
  confidence_level: z
    .number()
    .min(0.8)
    .max(0.999)
    .describe('Level of the intervals and of the conclusion'),
  minimum_subjects: z
    .number()
    .int()
    .min(10)
    .max(1_000_000)
    .describe('Subjects of each variant before which nothing is concluded'),
  uses_prior_behaviour: z
    .boolean()
    .describe('Adjust for the behaviour of the subjects before their exposure (CUPED)'),
  success: Success.describe('What the metric `success` counts'),
};

const Settings = z.object(settings).openapi('ExperimentSettings');
const GivenSettings = z.strictObject({
  confidence_level: settings.confidence_level.default(0.95),
  minimum_subjects: settings.minimum_subjects.default(100),
  uses_prior_behaviour: settings.uses_prior_behaviour.default(true),
  success: settings.success.default({ source: 'feedback', event: 'goal' }),
});

export const VariantName = Name(64).openapi({ example: 'candidate' });

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
  })
  .openapi('ConcludeExperiment', { example: { promote: null, reason: 'No difference.' } as never });
export type ConcludeExperiment = z.output<typeof ConcludeExperiment>;

export const ExperimentsQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(experimentStatuses).optional().describe('Filter by status'),
});
export type ExperimentsQuery = z.output<typeof ExperimentsQuery>;

const Variant = z
  .object({
    id: Id('var'),
    name: z.string(),
    version_id: Id('ver'),
    version_number: z.number().int().nullable().describe('null if the version is gone'),
    is_control: z.boolean(),
    weight: z.number(),
    stopped_at: Time.nullable().describe(
      'Set once the variant was stopped: its subjects get the version of the control and are not counted',
    ),
    stop_reason: z.string().nullable(),
  })
  .openapi('ExperimentVariant');

export const Experiment = z
  .object({
    id: Id('exp'),
    agent_id: Id('agt'),
    name: z.string(),
    hypothesis: z.string(),
    mode: z.enum(experimentModes),
    status: z.enum(experimentStatuses),
    primary_metric: Metric,
    guard_metrics: z.array(Metric),
    settings: Settings,
    variants: z.array(Variant),
    winner_id: z.string().nullable().describe('The variant that was promoted'),
    end_reason: z.string().nullable(),
    epoch: z.number().int().describe('Number of times that weights have changed while it ran'),
    revision: z.number().int().describe('Incremented by each change; the `ETag`'),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
    started_at: Time.nullable(),
    ended_at: Time.nullable(),
  })
  .openapi('Experiment');
export type Experiment = z.output<typeof Experiment>;

const toVariant = (row: StoredVariant): z.output<typeof Variant> => ({
  id: row.id,
  name: row.name,
  version_id: row.version_id,
  version_number: row.version_number,
  is_control: row.is_control,
  weight: row.weight,
  stopped_at: toWireTimeOrNull(row.stopped_at),
  stop_reason: row.stop_reason,
});

export const toExperiment = (row: StoredExperiment): Experiment => ({
  id: row.id,
  agent_id: row.agent_id,
  name: row.name,
  hypothesis: row.hypothesis,
  mode: row.mode,
  status: row.status,
  primary_metric: row.primary_metric,
  guard_metrics: [...row.guard_metrics],
  settings: row.settings as Experiment['settings'],
  variants: row.variants.map(toVariant),
  winner_id: row.winner_id,
  end_reason: row.end_reason,
  epoch: row.epoch,
  revision: row.revision,
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
  started_at: toWireTimeOrNull(row.started_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});

export const ExperimentEntry = z
  .object({
    id: Id('ent'),
    kind: z
      .string()
      .describe(
        '`started`, `paused`, `resumed`, `reweighted`, `variant_stopped`, `significant`, `concluded` or `stopped`',
      ),
    variant_id: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
    created_by: z.string().nullable().describe('null for the system'),
    created_at: Time,
  })
  .openapi('ExperimentEntry');
export type ExperimentEntry = z.output<typeof ExperimentEntry>;

export const toEntry = ({ created_at, ...row }: EntryRow): ExperimentEntry => ({
  id: row.id,
  kind: row.kind,
  variant_id: row.variant_id,
  detail: row.detail,
  created_by: row.created_by,
  created_at: toWireTime(created_at),
});
