import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { schemaProblem } from '../../shared/json-schema/index.ts';
import { linearPatternProblem } from '../../shared/linear-pattern.ts';
import { JudgeConfig } from '../judges/schema.ts';

const maxTexts = 50;
const maxTextChars = 8000;
const maxCalls = 20;

const common = {
  name: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .optional()
    .describe('Name in the results; the type without one')
    .openapi({ example: 'mentions-the-deadline' }),
  weight: z
    .number()
    .min(0)
    .max(100)
    .default(1)
    .describe('Weight in the score of a case; 0 shows the score without counting it'),
};

/** The score from which on the case passes. */
const Threshold = (standard: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(standard)
    .describe('The case passes if the score is at least this');

const Text = z.string().min(1).max(maxTextChars);

const Contains = z
  .strictObject({
    type: z.literal('contains'),
    ...common,
    threshold: Threshold(1),
    texts: z
      .array(Text)
      .min(1)
      .max(maxTexts)
      .optional()
      .describe('Texts to look for; without them the `facts` of the case, else its answer'),
    match: z
      .enum(['all', 'any', 'none'])
      .default('all')
      .describe('`all` scores the share of texts that occur; `none` the share that do not'),
    case_sensitive: z.boolean().default(false),
  })
  .openapi('ContainsScorer', {
    description:
      'The answer contains texts. Compared in Unicode normalization form NFKC, with runs of white space as one space',
  });

const Regex = z
  .strictObject({
    type: z.literal('regex'),
    ...common,
    threshold: Threshold(1),
    pattern: z.string().min(1).max(1000).openapi({ example: '\\b\\d{2} days\\b' }),
    flags: z
      .string()
      .regex(/^(?!.*(.).*\1)[ims]*$/, 'The letters i, m and s, each once.')
      .default('')
      .describe('`i`: ignore case; `m`: `^` and `$` match at lines; `s`: `.` matches line breaks'),
    match: z
      .enum(['search', 'whole', 'none'])
      .default('search')
      .describe('The pattern occurs, matches the whole answer, or does not occur'),
  })
  .superRefine(({ pattern, flags }, check) => {
    const message = linearPatternProblem(pattern, flags);
    if (message !== null) check.addIssue({ code: 'custom', message, path: ['pattern'] });
  })
  .openapi('RegexScorer', {
    description:
      'The answer matches a regular expression in linear time. The syntax is that of JavaScript with the flag `u`, without backreferences, look-around and inline modifiers',
  });

const JsonSchemaScorer = z
  .strictObject({
    type: z.literal('json_schema'),
    ...common,
    threshold: Threshold(1),
    schema: z.record(z.string(), z.unknown()).superRefine((schema, check) => {
      const message = schemaProblem(schema);
      if (message !== null) check.addIssue({ code: 'custom', message });
    }),
  })
  .openapi('JsonSchemaScorer', {
    description:
      'The structured answer, or JSON in the text of the answer, is valid by a JSON Schema (draft 2020-12)',
  });

const Numeric = z
  .strictObject({
    type: z.literal('numeric'),
    ...common,
    threshold: Threshold(1),
    expected: z
      .number()
      .optional()
      .describe('The number; without it the first number in the expected answer of the case'),
    absolute: z.number().min(0).default(0).describe('Allowed difference'),
    relative: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe('Allowed difference as a share of the expected number; the larger one applies'),
    decimal_separator: z
      .enum(['auto', '.', ','])
      .default('auto')
      .describe('`auto` reads both 1,234.56 and 1.234,56; 1.234 alone is read in both ways'),
    unit: z
      .string()
      .trim()
      .min(1)
      .max(20)
      .optional()
      .describe('Counts only numbers with this unit or currency beside them')
      .openapi({ example: '%' }),
    pick: z
      .enum(['any', 'first', 'last'])
      .default('any')
      .describe('Which number of the answer is compared'),
  })
  .openapi('NumericScorer', { description: 'The answer holds a number within a tolerance' });

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
    k: z.number().int().min(1).max(100).default(10).describe('Number of passages that count'),
  })
  .openapi('RetrievalScorer', {
    description:
      'The searches of the run found the expected files, pages or passages: their share, the reciprocal rank of the first, or any of them',
  });

const Latency = z
  .strictObject({
    type: z.literal('latency'),
    ...common,
    max_ms: z.number().int().min(1).max(3_600_000),
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
    judge: JudgeConfig.optional().describe('A judge for this scorer alone'),
  })
  .refine(
    ({ judge_id, judge }) => (judge_id === undefined) !== (judge === undefined),
    'Either `judge_id` or `judge`.',
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
