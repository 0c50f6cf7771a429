import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { TargetIndex } from './schema.ts';

export const ComparisonQuery = z.strictObject({
  with: Id('eval')
    .optional()
    .describe(
      'The evaluation to compare with, the base: of the same dataset; without it, this one, whose second target is compared with its first',
    ),
  target: TargetIndex.optional().describe(
    'Position in `targets` of this evaluation: 0, or without `with` 1 if there are several',
  ),
  with_target: TargetIndex.default(0).describe('Position in `targets` of the base'),
});
export type ComparisonQuery = z.output<typeof ComparisonQuery>;

const Difference = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .nullable()
  .describe('Difference from the base with its 95 % interval; null where nothing can be compared');

const Compared = z.object({
  name: z.string(),
  cases: z.int(),
  wins: z.int().describe('Cases with a higher score than in the base'),
  losses: z.int(),
  ties: z.int(),
  score_difference: Difference.describe(
    'Mean difference of scores; interval by a bootstrap over paired cases, of more than 500 cases the normal interval',
  ),
  pass_rate_difference: Difference.describe(
    'Interval of Newcombe for paired shares (1998, method 10); cases pass that pass in most repetitions',
  ),
  p_value: z.number().describe('McNemar test, exact and two-sided, that cases pass equally often'),
});
export type Compared = z.output<typeof Compared>;

const CaseDifference = z.object({
  case_id: Id('case'),
  base_score: z.number().nullable(),
  score: z.number().nullable(),
  base_passed: z.number().nullable().describe('Share of the repetitions that passed'),
  passed: z.number().nullable(),
  worse: z.array(z.string()).describe('Scorers with a lower score'),
  better: z.array(z.string()),
});
export type CaseDifference = z.output<typeof CaseDifference>;

const Cluster = z.object({
  by: z.enum(['tag', 'scorer', 'file', 'question']),
  value: z
    .string()
    .describe('Tag, scorer or file id; of similar questions, the one in their middle'),
  lost: z.int().describe('Cases that got worse'),
  cases: z.int().describe('Compared cases of the kind; of questions, those that got worse'),
  case_ids: z.array(Id('case')),
});
export type Cluster = z.output<typeof Cluster>;

const Figure = z.object({ base: z.number().nullable(), value: z.number().nullable() });

export const Comparison = z
  .object({
    evaluation: z.object({ id: Id('eval'), target: z.int() }),
    base: z.object({ id: Id('eval'), target: z.int() }),
    cases: z.int().describe('Cases that both have evaluated'),
    only_here: z.int(),
    only_in_base: z.int(),
    changed_cases: z
      .int()
      .describe('Cases that were changed between the two revisions of the dataset; not compared'),
    overall: Compared,
    scorers: z.array(Compared).describe('Scorers that both have, by name and configuration'),
    incomparable_scorers: z
      .array(z.string())
      .describe('Scorers that only one of the two has, or has configured otherwise'),
    flaky: z
      .array(z.object({ case_id: Id('case'), base: z.boolean(), here: z.boolean() }))
      .describe('Cases whose repetitions disagree, here or in the base; at most 200'),
    worse: z.array(CaseDifference).describe('Largest losses first; at most 200'),
    better: z.array(CaseDifference).describe('Largest gains first; at most 200'),
    clusters: z.array(Cluster).describe('What the cases that got worse have in common'),
    cost_usd: Figure.describe('Mean cost of a run of the compared cases'),
    latency_ms: Figure.describe('Median of the compared cases'),
  })
  .openapi('EvaluationComparison');
export type Comparison = z.output<typeof Comparison>;
