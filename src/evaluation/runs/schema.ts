import { z } from '@hono/zod-openapi';
import { AgentConfigPatch, AgentParameter, VersionRequest } from '../../agents/index.ts';
import { evaluationStatuses, taskOutcomes } from '../../db/schema/evaluations.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Flag, Id, Name, Time } from '../../http/schema.ts';
import { Scorer } from '../scorers/schema.ts';

/** Tasks of one evaluation: cases times targets times repetitions. */
export const maxTasks = 10_000;
export const maxTargets = 5;

const MaxCost = z
  .number()
  .min(0)
  .max(100_000)
  .describe(
    'The most that runs and scores may cost together. A call that might pass it is refused before it is made, as far as its size is known. null for no limit but those of budgets',
  );

export const CreateEvaluation = z
  .strictObject({
    agent: AgentParameter.describe('Id or slug of the agent'),
    versions: z
      .array(VersionRequest)
      .min(1)
      .max(maxTargets)
      .optional()
      .describe('Numbers, ids or labels; the active version without them and without `config`'),
    config: AgentConfigPatch.optional().describe(
      'A draft to evaluate, besides `versions` if there are any: merged into the active version, and not stored as a version',
    ),
    scorers: z.array(Scorer).min(1).max(20),
    repetitions: z
      .int()
      .min(1)
      .max(20)
      .default(1)
      .describe('Runs of each case; several show which cases are flaky'),
    concurrency: z.int().min(1).max(10).default(4).describe('Runs at the same time'),
    max_cost_usd: MaxCost.nullable().default(null),
    execute_tools: z
      .boolean()
      .default(false)
      .describe(
        'Call tools that change something. Without it, the agent reads a simulated result. Requires `tools:write`',
      ),
    sample: z
      .int()
      .min(1)
      .max(maxTasks)
      .optional()
      .describe('Number of cases to draw; the same ones whenever the dataset is the same'),
    tags: z.array(Name(50)).min(1).max(20).optional().describe('Only cases with one of these tags'),
    label: z.string().trim().max(200).default(''),
  })
  .openapi('CreateEvaluation', {
    example: {
      agent: 'support',
      versions: ['3', '4'],
      scorers: [{ type: 'contains' }, { type: 'cites' }],
      max_cost_usd: 2,
      label: 'Shorter instructions',
    } as never,
  });
export type CreateEvaluation = z.output<typeof CreateEvaluation>;

export const ResumeEvaluation = z
  .strictObject({ max_cost_usd: MaxCost.nullable().optional() })
  .openapi('ResumeEvaluation', { example: { max_cost_usd: 5 } });
export type ResumeEvaluation = z.output<typeof ResumeEvaluation>;

const Interval = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .describe('A value with the limits of its 95 % interval')
  .openapi('EvaluationInterval');

const estimateFields = {
  cases: z.int().describe('Cases that were measured; repetitions are averaged first'),
  score: Interval.nullable().describe('Mean score from 0 to 1; interval by a bootstrap over cases'),
  pass_rate: Interval.nullable().describe('Share that passed; interval of Wilson over cases'),
};
const EstimateSchema = z.object(estimateFields).openapi('EvaluationEstimate');
export type Estimate = z.output<typeof EstimateSchema>;

const Spread = z
  .object({ p50: z.int(), p95: z.int() })
  .nullable()
  .describe('Median and 95th percentile');

export const TargetSummary = z
  .object({
    target: z.int().describe('Position in `targets`'),
    done: z.int(),
    outcomes: z
      .record(z.enum(taskOutcomes), z.int())
      .describe('Number of runs by how they have ended'),
    overall: EstimateSchema.describe(
      'The mean of the scores by their weights; a case passes with all of its scorers',
    ),
    scorers: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        ...estimateFields,
        not_measurable: z.int().describe('Results that had nothing to measure'),
        failed: z.int().describe('Results whose scorer failed; they count as not passed'),
      }),
    ),
    run_cost_usd: z.number().nullable(),
    score_cost_usd: z.number().nullable(),
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
    latency_ms: Spread,
    first_token_ms: Spread,
  })
  .openapi('EvaluationTargetSummary');
export type TargetSummary = z.output<typeof TargetSummary>;

const Target = z.object({
  version: z.object({ id: Id('ver'), number: z.int() }),
  is_draft: z.boolean().describe('A draft on top of the version'),
  fingerprint: z
    .string()
    .describe('Equal for equal configurations with equal tools, whatever their versions'),
});

export const Evaluation = z
  .object({
    id: Id('eval'),
    agent_id: Id('agt'),
    dataset_id: Id('ds'),
    dataset_revision: z.int(),
    label: z.string(),
    status: z.enum(evaluationStatuses),
    targets: z.array(Target),
    scorers: z.array(z.looseObject({ name: z.string(), type: z.string() })),
    repetitions: z.int(),
    concurrency: z.int(),
    max_cost_usd: z.number().nullable(),
    execute_tools: z.boolean(),
    sample: z.int().nullable(),
    tags: z.array(z.string()).nullable(),
    progress: z.object({
      cases: z.int(),
      total: z.int().describe('Cases times targets times repetitions'),
      done: z.int(),
    }),
    cost_usd: z
      .number()
      .describe('Known cost so far, failed attempts included; see `has_unknown_cost`'),
    has_unknown_cost: z.boolean(),
    summary: z
      .array(TargetSummary)
      .nullable()
      .describe('By target; while it runs, as of the last step'),
    error: z.object({ code: z.string(), detail: z.string().nullable() }).nullable(),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
    ended_at: Time.nullable(),
  })
  .openapi('Evaluation');
export type Evaluation = z.output<typeof Evaluation>;

export const EvaluationQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional().describe('Filter by agent: its id or slug'),
  dataset: Id('ds').optional().describe('Filter by dataset'),
  status: z.enum(evaluationStatuses).optional().describe('Filter by status'),
});
export type EvaluationQuery = z.output<typeof EvaluationQuery>;

const Score = z.object({
  name: z.string(),
  outcome: z.enum(['scored', 'not_measurable', 'failed']),
  score: z.number().nullable(),
  passed: z.boolean().nullable(),
  reason: z.string().nullable().describe('null without the permission `messages:read`'),
  cost_usd: z.number().nullable(),
  error_code: z.string().nullable(),
  judge: z.record(z.string(), z.unknown()).nullable(),
});

export const EvaluationResult = z
  .object({
    case_id: Id('case'),
    position: z.int().describe('Position of the case, from 0'),
    target: z.int(),
    repetition: z.int(),
    tags: z.array(z.string()),
    state: z.enum(['pending', 'running', 'done']),
    input: z
      .string()
      .nullable()
      .describe('null when it was erased, or may not be read without `messages:read`'),
    expected: z.record(z.string(), z.unknown()).nullable().describe('What the case expects'),
    answer: z.string().nullable(),
    cited_file_ids: z.array(Id('file')),
    run_id: Id('run').nullable(),
    outcome: z.enum(taskOutcomes).nullable(),
    error: z.object({ code: z.string(), detail: z.string().nullable() }).nullable(),
    score: z.number().nullable(),
    passed: z.boolean().nullable(),
    scores: z.array(Score),
    cost_usd: z.number().nullable().describe('Of the run and its scores'),
    input_tokens: z.int().nullable(),
    output_tokens: z.int().nullable(),
    latency_ms: z.int().nullable(),
    first_token_ms: z.int().nullable(),
    ended_at: Time.nullable(),
  })
  .openapi('EvaluationResult');
export type EvaluationResult = z.output<typeof EvaluationResult>;

/** A position in `targets`, in a query. An empty value is none, which a coerced number would read as 0. */
export const TargetIndex = z
  .string()
  .regex(/^\d$/, 'Must be a whole number from 0.')
  .transform(Number)
  .openapi({ type: 'integer', minimum: 0, maximum: maxTargets });

const resultFilters = {
  target: TargetIndex.optional().describe('Position in `targets`'),
  failed_scorer: z.string().min(1).max(64).optional().describe('Results that it did not pass'),
  passed: Flag.optional().describe('Filter by whether all scorers passed'),
  outcome: z.enum(taskOutcomes).optional().describe('Filter by the outcome of the run'),
  tag: z.string().min(1).max(50).optional().describe('Filter by a tag of the case'),
  case: Id('case').optional().describe('Results of one case'),
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe('Text in the input or the answer. Requires `messages:read`'),
};
export const ResultQuery = z.strictObject({ ...pageQuery, ...resultFilters });
export type ResultQuery = z.output<typeof ResultQuery>;

const exportForms = ['jsonl', 'csv', 'junit'] as const;
export const ExportResultsQuery = z.strictObject({
  format: z
    .enum(exportForms)
    .optional()
    .describe('Without it the type that `Accept` prefers: JSON Lines, CSV or JUnit XML'),
});
export type ExportResultsQuery = z.output<typeof ExportResultsQuery>;
