import { z } from '@hono/zod-openapi';
import { experimentModes, experimentStatuses } from '../db/schema/experiments.ts';
import { Id, Time } from '../http/schema.ts';
import { units } from './metrics.ts';

const bound = z.number().nullable();
const subjects = z.int();

const Comparison = z
  .object({
    difference: z.number().describe('Value of the variant minus that of the control'),
    low: bound.describe('Bounds of the difference; null while there are too few subjects'),
    high: bound,
    lift: bound.describe('The relative difference; null if the control is not above 0'),
    lift_low: bound,
    lift_high: bound,
    p_value: z
      .number()
      .describe('Always valid: it may be read at any time, and as often as wanted'),
    verdict: z
      .enum(['better', 'worse', 'equivalent', 'undecided'])
      .describe('`equivalent`: a difference of the minimum effect is excluded'),
    variance_reduction: z
      .number()
      .describe('Share of the variance that the behaviour before the exposure explains (CUPED)'),
  })
  .openapi('ExperimentComparison');

const MetricResult = z
  .object({
    metric: z.string(),
    role: z.enum(['primary', 'guard']),
    unit: z.enum(units).describe('`share` is from 0 to 1'),
    value: z.number().nullable().describe('null without data'),
    low: bound.describe('Bounds of the value, valid at all times together'),
    high: bound,
    versus_control: Comparison.nullable().describe('null for the control, and without data'),
  })
  .openapi('ExperimentMetricResult');

const VariantResult = z
  .object({
    id: Id('var'),
    name: z.string(),
    is_control: z.boolean(),
    weight: z.number(),
    stopped_at: Time.nullable(),
    exposures: subjects.describe('Subjects that were given the variant'),
    subjects: subjects.describe('Those of them with a run that has ended'),
    probability_best: z
      .number()
      .nullable()
      .describe(
        'By the primary metric, among the variants that are not stopped. Not corrected for looking often',
      ),
    expected_loss: z
      .number()
      .nullable()
      .describe(
        'How much worse the variant is than the best on average, in the unit of the primary metric',
      ),
    metrics: z.array(MetricResult),
  })
  .openapi('ExperimentVariantResult');

const Guard = z
  .object({
    metric: z.string(),
    variant_id: Id('var'),
    state: z
      .enum(['ok', 'undecided', 'worse', 'harmful', 'no_data'])
      .describe(
        '`worse`: credibly worse, but perhaps by less than the minimum effect; `harmful`: by more, which stops the variant',
      ),
  })
  .openapi('ExperimentGuardResult');

const actions = ['promote', 'stop', 'keep_running', 'no_difference'] as const;

const Recommendation = z
  .object({
    action: z.enum(actions),
    variant_id: z.string().nullable().describe('The variant to promote, or to go on with'),
    reason: z.string(),
  })
  .openapi('ExperimentRecommendation');
export type Recommendation = z.output<typeof Recommendation>;

const warningCodes = [
  'sample_ratio_mismatch',
  'few_subjects',
  'no_data',
  'weights_changed',
  'variant_stopped',
  'no_prior_behaviour',
  'bandit',
] as const;

const Warning = z
  .object({ code: z.enum(warningCodes), detail: z.string() })
  .openapi('ExperimentWarning');
export type Warning = z.output<typeof Warning>;

export const ExperimentResults = z
  .object({
    experiment_id: Id('exp'),
    status: z.enum(experimentStatuses),
    mode: z.enum(experimentModes),
    is_final: z
      .boolean()
      .describe('true once the experiment has ended; the results stay as they are'),
    summary: z.string().describe('The state in words'),
    counted_until: Time.nullable().describe('Runs, ratings and events up to this time are counted'),
    confidence_level: z.number(),
    variants: z.array(VariantResult),
    guards: z.array(Guard),
    sample_ratio: z
      .object({
        p_value: z.number(),
        is_mismatch: z
          .boolean()
          .describe(
            'true if the numbers of subjects do not fit the weights, so that something is wrong with the assignment',
          ),
      })
      .describe('Sequential check of the numbers of subjects against the weights'),
    required: z
      .object({
        subjects_per_variant: subjects,
        subjects: subjects.describe('Of all variants'),
        progress: z.number().describe('From 0 to 1'),
        days_left: z.number().nullable().describe('At the rate so far; null while it is not known'),
      })
      .nullable()
      .describe(
        'To find the minimum effect of the primary metric with a probability of 80 %; null while its variance is not known',
      ),
    recommendation: Recommendation,
    stopping_rule: z.string(),
    warnings: z.array(Warning),
  })
  .openapi('ExperimentResults');
export type ExperimentResults = z.output<typeof ExperimentResults>;
export type VariantResult = z.output<typeof VariantResult>;
export type MetricResult = z.output<typeof MetricResult>;
export type GuardResult = z.output<typeof Guard>;
