import { z } from '@hono/zod-openapi';
import { VersionParameter } from '../../agents/index.ts';
import { ratings } from '../../db/schema/sessions.ts';
import { pageQuery } from '../../http/openapi.ts';
import { dateRange, EndUserId, Id, Name, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';
import { shownSession } from '../shown-session.ts';
import type { FeedbackEntryRow, FeedbackRow } from './store.ts';

type StoredRating = (typeof ratings)[number];

const Rating = z.union([z.enum(['up', 'down']), z.number().int().min(1).max(5)]).openapi({
  type: ['string', 'integer'],
  description: '`up`, `down`, or a number from 1 (worst) to 5',
  example: 'down',
});

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
      .describe('Your own words for what is right or wrong'),
    end_user_id: EndUserId.optional().describe(
      'Whose feedback it is; without it that of the session’s end user',
    ),
  })
  .openapi('SetFeedback', {
    example: { rating: 'down', comment: 'The interval is 200 cups.', tags: ['outdated'] } as never,
  });
export type SetFeedback = z.output<typeof SetFeedback>;

export const FeedbackOwner = z.strictObject({
  end_user_id: EndUserId.optional().describe(
    'Whose feedback; without it that of the session’s end user',
  ),
});

export const Feedback = z
  .object({
    id: Id('fb'),
    message_id: Id('msg'),
    end_user_id: z.string().nullable().describe('null where nobody is named'),
    rating: Rating,
    comment: z.string().nullable(),
    tags: z.array(z.string()),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Feedback');
export type Feedback = z.output<typeof Feedback>;

export const FeedbackQuery = z.strictObject({
  ...pageQuery,
  rating: z.enum(ratings).optional().describe('Only this rating'),
  tag: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('Only with this tag')
    .openapi({ example: 'outdated' }),
  version: VersionParameter.optional().describe('Only on answers of this version'),
  end_user_id: EndUserId.optional().describe('Only of this end user'),
  ...dateRange,
});
export type FeedbackQuery = z.output<typeof FeedbackQuery>;

export const FeedbackEntry = Feedback.extend({
  session_id: Id('ses').nullable(),
  run_id: Id('run'),
  version_id: Id('ver'),
  version_number: z.number().int(),
  question: z.string().nullable().describe('What was asked, at most 1000 characters of it'),
  answer: z.string().describe('What the feedback is on, at most 1000 characters of it'),
}).openapi('FeedbackEntry');
export type FeedbackEntry = z.output<typeof FeedbackEntry>;

/** Stars are numbers on the wire. */
const toWireRating = (rating: StoredRating): Feedback['rating'] =>
  rating === 'up' || rating === 'down' ? rating : Number(rating);

export const toStoredRating = (rating: SetFeedback['rating']): StoredRating =>
  String(rating) as StoredRating;

export const toFeedback = (row: FeedbackRow): Feedback => ({
  id: row.id,
  message_id: row.message_id,
  end_user_id: row.end_user_id === '' ? null : row.end_user_id,
  rating: toWireRating(row.rating),
  comment: row.comment,
  tags: row.tags,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

export const toFeedbackEntry = (row: FeedbackEntryRow): FeedbackEntry => ({
  ...toFeedback(row),
  session_id: shownSession(row.session_id),
  run_id: row.run_id,
  version_id: row.version_id,
  version_number: row.version_number,
  question: row.question,
  answer: row.answer,
});
