import { z } from '@hono/zod-openapi';
import type { feedback, ratings } from '../../db/schema/sessions.ts';
import { Id, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';

export type FeedbackRow = typeof feedback.$inferSelect;
type StoredRating = (typeof ratings)[number];

export const Rating = z.union([z.enum(['up', 'down']), z.int().min(1).max(5)]).openapi({
  type: ['string', 'integer'],
  description: '`up`, `down`, or a number from 1 (worst) to 5',
  example: 'down',
});

export const Feedback = z
  .object({
    id: Id('fb'),
    message_id: Id('msg'),
    end_user_id: z.string().nullable().describe('null when no end user is named'),
    rating: Rating,
    comment: z.string().nullable(),
    tags: z.array(z.string()),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Feedback');
export type Feedback = z.output<typeof Feedback>;

/** Stars are JSON numbers. */
const toWireRating = (rating: StoredRating): Feedback['rating'] =>
  rating === 'up' || rating === 'down' ? rating : Number(rating);

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
