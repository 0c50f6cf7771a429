import { z } from '@hono/zod-openapi';
import type { end_users } from '../db/schema/end-users.ts';
import { pageQuery } from '../http/openapi.ts';
import { dateRange, EndUserId, Time } from '../http/schema.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';

/** The path parameter of an end user. */
export const EndUserName = EndUserId.describe('Your id of the end user, percent-encoded');

export const EndUserParameter = z.object({ end_user: EndUserName });

export const EndUsersQuery = z.strictObject({
  ...pageQuery,
  q: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('Beginning of the id')
    .openapi({ example: 'customer-' }),
  sort: z
    .enum(['last_seen', 'cost'])
    .default('last_seen')
    .describe(
      '`last_seen`: who was active last comes first. `cost`: who has cost most comes first',
    ),
  ...dateRange,
});
export type EndUsersQuery = z.output<typeof EndUsersQuery>;

export const EndUser = z
  .object({
    id: EndUserId.describe('The `end_user_id` of requests'),
    first_seen_at: Time,
    last_seen_at: Time,
    session_count: z.int().describe('Sessions that exist'),
    run_count: z.int().describe('Runs so far, those of deleted sessions included'),
    cost_usd: z
      .number()
      .describe('Known cost of all model calls so far')
      .openapi({ 'x-unit': 'usd' }),
    feedback: z
      .object({
        count: z.int(),
        positive: z.int().describe('`up`, 4 and 5'),
        negative: z.int().describe('`down`, 1 and 2'),
      })
      .describe('Ratings that exist'),
    tokens_not_before: Time.nullable().describe('Tokens that were issued before are refused'),
  })
  .openapi('EndUser');
export type EndUser = z.output<typeof EndUser>;

export type EndUserRow = typeof end_users.$inferSelect;

export const toEndUser = (row: EndUserRow): EndUser => ({
  id: row.id,
  first_seen_at: toWireTime(row.first_seen_at),
  last_seen_at: toWireTime(row.last_seen_at),
  session_count: row.session_count,
  run_count: row.run_count,
  cost_usd: toWireUsd(row.spent_nano_usd) ?? 0,
  feedback: {
    count: row.feedback_count,
    positive: row.positive_count,
    negative: row.negative_count,
  },
  tokens_not_before: toWireTimeOrNull(row.tokens_not_before),
});

export const RevokedTokens = z
  .object({ end_user_id: EndUserId, tokens_not_before: Time })
  .openapi('RevokedTokens');
export type RevokedTokens = z.output<typeof RevokedTokens>;
