import { z } from '@hono/zod-openapi';
import type { RequiredEvaluation } from '../db/schema/agents.ts';
import { Id } from '../http/schema.ts';

const maxChars = 20_000;

const Threshold = z
  .strictObject({
    min_score: z.number().min(0).max(1).optional().describe('Least mean score'),
    min_pass_rate: z.number().min(0).max(1).optional().describe('Least share of cases that pass'),
  })
  .refine(
    ({ min_score, min_pass_rate }) => min_score !== undefined || min_pass_rate !== undefined,
    'Set `min_score` or `min_pass_rate`.',
  );

/** The evaluation that a version has to pass before it is activated. */
export const RequireEvaluation = z
  .strictObject({
    dataset_id: Id('ds'),
    scorers: z
      .array(
        z
          .record(z.string(), z.unknown())
          .refine(({ type }) => typeof type === 'string', 'Must have a `type`.'),
      )
      .min(1)
      .max(20)
      .optional()
      .describe(
        'Scorers that the evaluation must have with these settings, as in an evaluation. Settings that are not given may be any, `threshold` and `weight` too',
      ),
    thresholds: z
      .record(z.string().min(1).max(64), Threshold)
      .refine((all) => Object.keys(all).length > 0, 'Set at least one threshold.')
      .refine((all) => Object.keys(all).length <= 20, 'At most 20 thresholds.')
      .describe('By the name of a scorer, or `overall`'),
    max_age_days: z.int().min(1).max(3650).optional(),
  })
  .refine(
    (value) => JSON.stringify(value).length <= maxChars,
    `At most ${maxChars} characters as JSON.`,
  )
  .openapi('RequireEvaluation', {
    description:
      'A version is activated only if the newest evaluation of it over all cases of the dataset reaches the thresholds. Versions that were active before can be activated again with a `reason`. Admins activate any version with an `override_reason`',
    example: {
      dataset_id: 'ds_01kajv2q5ve0mt8h2vj3c6x7ra',
      thresholds: { overall: { min_pass_rate: 0.9 } },
      max_age_days: 30,
    } as never,
  }) satisfies z.ZodType<RequiredEvaluation>;
