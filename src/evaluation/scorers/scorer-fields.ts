import { z } from '@hono/zod-openapi';

/** Fields of every scorer. */
export const common = {
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
export const Threshold = (standard: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(standard)
    .describe('The case passes if the score is at least this');
