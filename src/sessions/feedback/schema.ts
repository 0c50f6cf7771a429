import { z } from '@hono/zod-openapi';
import { VersionParameter } from '../../agents/index.ts';
import { ratings } from '../../db/schema/sessions.ts';
import { pageQuery } from '../../http/openapi.ts';
import { dateRange, EndUserId, Id, Name } from '../../http/schema.ts';
import { Feedback, Rating, toFeedback } from '../../runs/index.ts';
import type { FeedbackEntryRow } from './store.ts';

const Tag = Name(64).openapi({ example: 'outdated' });

export const SetFeedback = z
  .strictObject({
    rating: Rating,
    comment: z.string().trim().min(1).max(4000).nullable().default(null),
    tags: z
      .array(Tag)
      .max(20)
      .default([])
      .transform((tags) => [...new Set(tags)])
      .describe('Your own labels, such as `wrong` or `outdated`'),
    end_user_id: EndUserId.optional().describe(
      'The end user who gives the feedback; defaults to the session’s end user',
    ),
  })
  .openapi('SetFeedback', {
    example: { rating: 'down', comment: 'The interval is 200 cups.', tags: ['outdated'] } as never,
  });
export type SetFeedback = z.output<typeof SetFeedback>;

export const FeedbackOwner = z.strictObject({
  end_user_id: EndUserId.optional().describe(
    'The end user whose feedback is meant; defaults to the session’s end user',
  ),
});

export const FeedbackQuery = z.strictObject({
  ...pageQuery,
  rating: z.enum(ratings).optional().describe('Filter by rating'),
  tag: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Filter by tag')
    .openapi({ example: 'outdated' }),
  version: VersionParameter.optional().describe('Filter by the version that answered'),
  end_user_id: EndUserId.optional().describe('Filter by end user'),
  ...dateRange,
});
export type FeedbackQuery = z.output<typeof FeedbackQuery>;

export const FeedbackEntry = Feedback.extend({
  session_id: Id('ses').nullable(),
  run_id: Id('run'),
  version_id: Id('ver'),
  version_number: z.int(),
  question: z.string().nullable().describe('The question, cut to 1000 characters'),
  answer: z.string().describe('The rated answer, cut to 1000 characters'),
}).openapi('FeedbackEntry');
export type FeedbackEntry = z.output<typeof FeedbackEntry>;

type StoredRating = (typeof ratings)[number];

export const toStoredRating = (rating: SetFeedback['rating']): StoredRating =>
  String(rating) as StoredRating;

export const toFeedbackEntry = (row: FeedbackEntryRow): FeedbackEntry => ({
  ...toFeedback(row),
  session_id: row.session_id,
  run_id: row.run_id,
  version_id: row.version_id,
  version_number: row.version_number,
  question: row.question,
  answer: row.answer,
});
