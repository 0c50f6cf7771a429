import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { reviewVerdicts } from '../../db/schema/reviews.ts';
import { Id } from '../../http/schema.ts';

export const CalibrationQuery = z.strictObject({
  agent: AgentParameter.optional().describe('Turns of this agent alone: its id or slug'),
  revision: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('A revision of the judge; the newest without it'),
  partly_as: z
    .enum(['bad', 'good', 'skip'])
    .default('bad')
    .describe('How answers count that people call partly good'),
});
export type CalibrationQuery = z.output<typeof CalibrationQuery>;

const maxTurns = 20;

export const CalibrateJudge = z
  .strictObject({
    agent_id: Id('agt').optional().describe('Turns of this agent alone'),
    limit: z.int().min(1).max(maxTurns).default(10).describe('Turns to score'),
  })
  .openapi('CalibrateJudge', { example: { limit: 20 } as never });
export type CalibrateJudge = z.output<typeof CalibrateJudge>;

const Share = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .describe('With the 95 % interval of Wilson')
  .openapi('JudgeShare');

export const Calibration = z
  .object({
    judge_id: Id('jdg'),
    revision: z.int(),
    pairs: z.int().describe('Turns that people have reviewed and the revision has scored'),
    compared: z.int().describe('Those that count, by `partly_as`'),
    pending: z
      .int()
      .describe(
        'Reviewed turns that the revision has not scored, at most 1000; `POST` scores some of them',
      ),
    failed: z.int().describe('Turns that the judge could not score'),
    confusion: z.array(
      z.object({
        human: z.enum(reviewVerdicts),
        passed: z.int(),
        failed: z.int(),
        mean_score: z.number().nullable(),
      }),
    ),
    agreement: Share.nullable().describe('Share of turns that both call bad, or neither'),
    kappa: z
      .object({ value: z.number(), low: z.number().optional(), high: z.number().optional() })
      .nullable()
      .describe(
        'Cohen’s kappa: agreement beyond chance, with the 95 % bootstrap interval from 10 turns on. null where chance alone gives full agreement',
      ),
    bad_precision: Share.nullable().describe('Share of the failed answers that people call bad'),
    bad_recall: Share.nullable().describe('Share of the answers that people call bad that fail'),
    bias: z
      .number()
      .nullable()
      .describe(
        'Mean score less the mean of the reviewers, whose verdicts without a score count 1 for good, 0.5 for partly and 0 for bad: above 0 the judge is lenient',
      ),
  })
  .openapi('JudgeCalibration');
export type Calibration = z.output<typeof Calibration>;

export const CalibrationStep = z
  .object({
    scored: z.int(),
    errors: z.array(z.object({ run_id: Id('run'), code: z.string(), detail: z.string() })),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
    calibration: Calibration,
  })
  .openapi('JudgeCalibrationStep');
export type CalibrationStep = z.output<typeof CalibrationStep>;
