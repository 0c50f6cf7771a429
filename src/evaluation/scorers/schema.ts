import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { JudgeConfig } from '../judges/schema.ts';
import { common, Threshold } from './scorer-fields.ts';
import { Contains, JsonSchemaScorer, Numeric, Regex } from './text-scorers.ts';

const maxCalls = 20;

const ToolCalled = z
  .strictObject({
    type: z.literal('tool_called'),
    ...common,
    threshold: Threshold(1),
    calls: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(128),
          arguments: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .max(maxCalls)
      .optional()
      .describe(
        'Expected calls with the arguments that matter; an empty list expects none. Without it those of the case',
      ),
    in_order: z.boolean().default(false),
    allow_others: z.boolean().default(true).describe('Other calls do not lower the score'),
  })
  .openapi('ToolCalledScorer', { description: 'The agent called tools with arguments' });

const Cites = z
  .strictObject({
    type: z.literal('cites'),
    ...common,
    threshold: Threshold(1),
    measure: z
      .enum(['recall', 'precision', 'f1'])
      .default('recall')
      .describe(
        '`recall`: share of the expected citations that the answer has; `precision`: share of its citations that were expected',
      ),
  })
  .openapi('CitesScorer', {
    description: 'The answer cites the files, pages or passages that the case expects',
  });

const Refuses = z
  .strictObject({
    type: z.literal('refuses'),
    ...common,
    threshold: Threshold(1),
    expected: z
      .boolean()
      .optional()
      .describe('true: the agent should decline. Without it what the case says, else false'),
  })
  .openapi('RefusesScorer', { description: 'The agent declines, or answers, as expected' });

const Similarity = z
  .strictObject({
    type: z.literal('similarity'),
    ...common,
    threshold: Threshold(0.8),
    model: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Embedding model; that of the workspace without one'),
  })
  .openapi('SimilarityScorer', {
    description:
      'Cosine similarity of the answer and the expected one, negative values as 0. `builtin/lexical` compares words, not meaning',
  });

const Faithfulness = z
  .strictObject({
    type: z.literal('faithfulness'),
    ...common,
    threshold: Threshold(0.8),
    model: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        'Model that judges each claim. Without it a rule compares the words of each sentence with the passages, which misses paraphrases and negations',
      ),
  })
  .openapi('FaithfulnessScorer', {
    description: 'Share of the claims of the answer that the retrieved passages support',
  });

const Retrieval = z
  .strictObject({
    type: z.literal('retrieval'),
    ...common,
    threshold: Threshold(1),
    measure: z.enum(['recall', 'mrr', 'hit_rate']).default('recall'),
    k: z.int().min(1).max(100).default(10).describe('Number of passages that count'),
  })
  .openapi('RetrievalScorer', {
    description:
      'The searches of the run found the expected files, pages or passages: their share, the reciprocal rank of the first, or any of them',
  });

const Latency = z
  .strictObject({
    type: z.literal('latency'),
    ...common,
    max_ms: z.int().min(1).max(3_600_000),
    measure: z.enum(['total', 'first_token']).default('total'),
  })
  .openapi('LatencyScorer', { description: 'The answer came in time' });

const Cost = z
  .strictObject({
    type: z.literal('cost'),
    ...common,
    max_usd: z.number().min(0).max(1000),
  })
  .openapi('CostScorer', { description: 'The run cost at most this' });

const Judge = z
  .strictObject({
    type: z.literal('judge'),
    ...common,
    threshold: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('Share of the scale from which on the case passes; that of the judge without it'),
    judge_id: Id('jdg').optional(),
    judge_revision: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Revision of the judge; without it the newest one: of an evaluation that at its start, of live answers always',
      ),
    judge: JudgeConfig.optional().describe('A judge for this scorer alone'),
  })
  .refine(
    ({ judge_id, judge }) => (judge_id === undefined) !== (judge === undefined),
    'Either `judge_id` or `judge`.',
  )
  .refine(
    ({ judge_id, judge_revision }) => judge_revision === undefined || judge_id !== undefined,
    { path: ['judge_revision'], message: 'Only with `judge_id`.' },
  )
  .openapi('JudgeScorer', { description: 'A model scores the answer by a rubric' });

/** How an answer is scored. Each scorer gives a score from 0 to 1. */
export const Scorer = z
  .discriminatedUnion('type', [
    Contains,
    Regex,
    JsonSchemaScorer,
    Numeric,
    ToolCalled,
    Cites,
    Refuses,
    Similarity,
    Faithfulness,
    Retrieval,
    Latency,
    Cost,
    Judge,
  ])
  .openapi('Scorer', { example: { type: 'contains', texts: ['25 days'] } as never });
export type Scorer = z.output<typeof Scorer>;
export type ScorerOf<Type extends Scorer['type']> = Extract<Scorer, { type: Type }>;
