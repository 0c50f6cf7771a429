import { z } from '@hono/zod-openapi';
import { experimentModes, experimentStatuses } from '../db/schema/experiments.ts';
import { Id, Time } from '../http/schema.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { eventName, isMetric, metricDirections } from './measurable.ts';
import type { EntryRow, StoredExperiment, StoredVariant } from './store.ts';

export const MetricName = z
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

export const direction = z
  .enum(['increase', 'decrease'])
  .describe('The direction in which the metric is better. Defaults to that of the metric');

export const Metric = z
  .object({
    metric: MetricName,
    direction,
    minimum_effect: z
      .number()
      .describe('The smallest relative change that matters, such as 0.05 for 5 %'),
  })
  .openapi('ExperimentMetric');

const Success = z
  .strictObject({
    source: z
      .enum(['feedback', 'goal', 'judge'])
      .describe(
        '`feedback`: an answer is rated well; `goal`: the session has an event; `judge`: an online scorer passes an answer',
      ),
    event: z
      .string()
      .regex(eventName)
      .default('goal')
      .describe('Name of the event that counts as success, for `goal`'),
    scorer_id: Id('osc')
      .optional()
      .describe(
        'Online scorer of the agent, for `judge`: the answers that it passes are successes, of those that it scores',
      ),
  })
  .refine(({ source, scorer_id }) => (source === 'judge') === (scorer_id !== undefined), {
    path: ['scorer_id'],
    message: 'Required for the source `judge`, and allowed only for it.',
  })
  .openapi('ExperimentSuccess');

export const settings = {
  confidence_level: z
    .number()
    .min(0.8)
    .max(0.999)
    .describe('Level of the intervals and of the conclusion'),
  minimum_subjects: z
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
const Variant = z
  .object({
    id: Id('var'),
    name: z.string(),
    version_id: Id('ver'),
    version_number: z.int().nullable().describe('null if the version is gone'),
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
    epoch: z.int().describe('Number of times that weights have changed while it ran'),
    revision: z.int().describe('Incremented by each change; the `ETag`'),
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
