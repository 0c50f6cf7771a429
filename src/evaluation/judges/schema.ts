import { z } from '@hono/zod-openapi';

export const scales = ['pass_fail', 'one_to_five', 'zero_to_one'] as const;
export type Scale = (typeof scales)[number];

const Example = z.strictObject({
  input: z.string().min(1).max(4000),
  answer: z.string().max(4000),
  score: z.number().describe('In the scale of the judge: 0 or 1 for `pass_fail`'),
  reason: z.string().min(1).max(1000),
});

const fields = {
  model: z
    .string()
    .min(1)
    .max(200)
    .describe('Language model')
    .openapi({ example: 'openai/gpt-5-mini' }),
  rubric: z
    .string()
    .trim()
    .min(1)
    .max(8000)
    .describe('What to judge, and what a high and a low score mean')
    .openapi({ example: 'The answer states the number of days and its source.' }),
  scale: z
    .enum(scales)
    .describe('Scores of the model; they are mapped to 0..1: 1 to 5 becomes 0, 0.25, 0.5, 0.75, 1'),
  threshold: z.number().min(0).max(1).describe('Score from 0 to 1 from which on an answer passes'),
  examples: z.array(Example).max(10).describe('Judged answers that show the model the scale'),
  samples: z
    .number()
    .int()
    .min(1)
    .max(7)
    .describe(
      'Number of times that the model is asked; the score is the median, and their agreement is reported',
    ),
};

/** A judge without a name, as a scorer holds it. */
export const JudgeConfig = z
  .strictObject({
    ...fields,
    scale: fields.scale.default('one_to_five'),
    threshold: fields.threshold.default(0.75),
    examples: fields.examples.default([]),
    samples: fields.samples.default(1),
  })
  .openapi('JudgeConfig');
export type JudgeConfig = z.output<typeof JudgeConfig>;
