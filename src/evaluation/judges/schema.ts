import { z } from '@hono/zod-openapi';
import { pageQuery } from '../../http/openapi.ts';
import { Id, Name, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';
import type { JudgeRevisionRow, JudgeRow } from './store.ts';

const scales = ['pass_fail', 'one_to_five', 'zero_to_one'] as const;
export type Scale = (typeof scales)[number];

const Example = z.strictObject({
  input: z.string().trim().min(1).max(4000),
  answer: z.string().max(4000),
  score: z.number().describe('In the scale of the judge: 0 or 1 for `pass_fail`'),
  reason: z.string().trim().min(1).max(1000),
});

const fields = {
  model: z
    .string()
    .min(1)
    .max(200)
    .describe('A language model. Built-in models follow rules and cannot judge')
    .openapi({ example: 'openai/gpt-5-mini' }),
  rubric: z
    .string()
    .trim()
    .min(1)
    .max(8000)
    .describe('What to judge, and what a high and a low score mean')
    .openapi({ example: 'The answer states the number of days and names its source.' }),
  scale: z
    .enum(scales)
    .describe(
      'What the model answers with. Scores are mapped to 0..1: 1, 2, 3, 4, 5 are 0, 0.25, 0.5, 0.75, 1',
    ),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .describe('An answer passes if its score from 0 to 1 is at least this'),
  examples: z.array(Example).max(10).describe('Judged answers that show the model the scale'),
  samples: z
    .int()
    .min(1)
    .max(7)
    .describe(
      'Number of times that the model judges each answer. Once: at temperature 0. Several times: at 0.7; the score is their median, and their agreement is reported',
    ),
};

/** Returns why an example does not fit a scale, or null. */
function exampleProblem(scale: Scale, score: number): string | null {
  const fits = {
    pass_fail: score === 0 || score === 1,
    one_to_five: Number.isInteger(score) && score >= 1 && score <= 5,
    zero_to_one: score >= 0 && score <= 1,
  };
  const range = {
    pass_fail: '0 or 1',
    one_to_five: 'an integer from 1 to 5',
    zero_to_one: 'from 0 to 1',
  };
  return fits[scale] ? null : `Must be ${range[scale]} by the scale \`${scale}\`.`;
}

const withFittingExamples = <
  Schema extends z.ZodType<{ scale: Scale; examples: { score: number }[] }>,
>(
  schema: Schema,
) =>
  schema.superRefine(({ scale, examples }, check) => {
    for (const [index, { score }] of examples.entries()) {
      const message = exampleProblem(scale, score);
      if (message !== null)
        check.addIssue({ code: 'custom', message, path: ['examples', index, 'score'] });
    }
  });

const config = {
  ...fields,
  scale: fields.scale.default('one_to_five'),
  threshold: fields.threshold.default(0.75),
  examples: fields.examples.default([]),
  samples: fields.samples.default(1),
};

const example = {
  model: 'openai/gpt-5-mini',
  rubric: 'The answer states the number of days and names its source.',
  scale: 'pass_fail' as const,
};

/** The configuration of a judge: without a name, as a scorer holds it. */
export const JudgeConfig = withFittingExamples(z.strictObject(config)).openapi('JudgeConfig', {
  example: example as never,
});
export type JudgeConfig = z.output<typeof JudgeConfig>;

const name = Name(100).openapi({ example: 'States the days' });

export const CreateJudge = withFittingExamples(z.strictObject({ name, ...config })).openapi(
  'CreateJudge',
  { example: { name: 'States the days', ...example } as never },
);
export type CreateJudge = z.output<typeof CreateJudge>;

export const UpdateJudge = z
  .strictObject({ name, ...fields })
  .partial()
  .openapi('UpdateJudge', { example: { threshold: 0.5 } });
export type UpdateJudge = z.output<typeof UpdateJudge>;

export const Judge = z
  .object({
    id: Id('jdg'),
    name: z.string(),
    revision: z.int().describe('Incremented when anything but the name changes; scores name it'),
    ...fields,
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Judge');
export type Judge = z.output<typeof Judge>;

export const JudgeRevision = z
  .object({
    revision: z.int(),
    ...fields,
    created_by: z.string().nullable(),
    created_at: Time,
  })
  .openapi('JudgeRevision');
export type JudgeRevision = z.output<typeof JudgeRevision>;

export const JudgeQuery = z.strictObject(pageQuery);

const configOf = (row: Pick<JudgeRow, 'config'>): JudgeConfig => row.config as JudgeConfig;

export const toJudge = (row: JudgeRow): Judge => ({
  id: row.id,
  name: row.name,
  revision: row.revision,
  ...configOf(row),
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const toJudgeRevision = (row: JudgeRevisionRow): JudgeRevision => ({
  revision: row.revision,
  ...configOf(row),
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
});
