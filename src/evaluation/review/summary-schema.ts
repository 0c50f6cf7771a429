import { z } from '@hono/zod-openapi';
import { reviewReasons } from '../../db/schema/reviews.ts';
import { dateRange, Id } from '../../http/schema.ts';

export const SummaryQuery = z.strictObject({
  start_date: dateRange.start_date,
  end_date: dateRange.end_date,
});
export type SummaryQuery = z.output<typeof SummaryQuery>;

const count = z.int();
const verdicts = { good: count, partly: count, bad: count };

export const ReviewSummary = z
  .object({
    items: z.object({
      open: count,
      in_review: count,
      done: count,
      overdue: count.describe('Past their due time and not done'),
    }),
    reasons: z.array(z.object({ reason: z.enum(reviewReasons), count })),
    verdicts: z.object({
      ...verdicts,
      mean_score: z.number().nullable().describe('Mean of the scores that were given'),
    }),
    labels: z.array(z.object({ label: z.string(), count })).describe('The 50 most frequent ones'),
    versions: z
      .array(z.object({ version_id: Id('ver'), number: count, ...verdicts }))
      .describe('Verdicts by the version that answered, newest first; at most 100'),
    agreement: z
      .object({
        item_count: count.describe('Items with two verdicts at least'),
        percent: z
          .number()
          .nullable()
          .describe('Share of the pairs of verdicts on an item that are the same'),
        krippendorff_alpha: z
          .number()
          .nullable()
          .describe(
            'Agreement beyond chance, with `good`, `partly` and `bad` in order: 1 is perfect, 0 that of chance. Null if it cannot be computed, such as when all verdicts are the same',
          ),
      })
      .describe('Agreement between reviewers'),
  })
  .openapi('ReviewSummary');
export type ReviewSummary = z.output<typeof ReviewSummary>;
