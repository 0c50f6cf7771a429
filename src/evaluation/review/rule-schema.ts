import { z } from '@hono/zod-openapi';
import type { RuleCondition } from '../../db/schema/reviews.ts';
import { CredentialId, Id, Name, Time } from '../../http/schema.ts';
import { toWireTime } from '../../shared/time.ts';
import type { RuleRow } from './rule-store.ts';

const plain = (type: 'down_voted' | 'no_coverage' | 'error' | 'tool_failed', what: string) =>
  z.strictObject({ type: z.literal(type) }).describe(what);

const Condition = z
  .discriminatedUnion('type', [
    plain('down_voted', 'An end user rated the answer `down`, 1 or 2'),
    plain('no_coverage', 'The documents do not seem to hold the answer'),
    plain('error', 'The run failed, was interrupted or exceeded a limit'),
    plain('tool_failed', 'A call of a tool failed'),
    z
      .strictObject({ type: z.literal('low_confidence'), below: z.number().gt(0).max(1) })
      .describe('The confidence is below a value'),
    z
      .strictObject({
        type: z.literal('text'),
        contains: z.array(z.string().trim().min(1).max(200)).min(1).max(50),
        in: z.enum(['question', 'answer', 'both']).default('both'),
      })
      .describe('The text contains one of these, in any case'),
    z
      .strictObject({ type: z.literal('cost'), above_usd: z.number().min(0).max(1000) })
      .describe('The run cost more'),
    z
      .strictObject({ type: z.literal('sample'), share: z.number().gt(0).max(1) })
      .describe('A random share of the turns; whether a run is part of it follows from its id'),
  ])
  .openapi('ReviewCondition', { example: { type: 'low_confidence', below: 0.4 } as never });

const Fields = {
  name: Name(100),
  condition: Condition,
  enabled: z.boolean(),
  daily_limit: z.int().min(1).max(1000).describe('Turns that the rule adds on a day (UTC) at most'),
  assignee: CredentialId.nullable().describe('The member or API key that reviews the turns'),
  due_in_hours: z.int().min(1).max(8760).nullable().describe('Hours until they are due'),
};

export const CreateReviewRule = z
  .strictObject({
    ...Fields,
    enabled: Fields.enabled.default(true),
    daily_limit: Fields.daily_limit.default(50),
    assignee: Fields.assignee.default(null),
    due_in_hours: Fields.due_in_hours.default(null),
  })
  .openapi('CreateReviewRule', {
    example: {
      name: 'Unsure answers',
      condition: { type: 'low_confidence', below: 0.4 },
      daily_limit: 20,
    } as never,
  });
export type CreateReviewRule = z.output<typeof CreateReviewRule>;

export const UpdateReviewRule = z
  .strictObject(Fields)
  .partial()
  .openapi('UpdateReviewRule', { example: { enabled: false } as never });
export type UpdateReviewRule = z.output<typeof UpdateReviewRule>;

export const ReviewRule = z
  .object({
    id: Id('rvr'),
    agent_id: Id('agt'),
    ...Fields,
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('ReviewRule');
export type ReviewRule = z.output<typeof ReviewRule>;

export const toReviewRule = (row: RuleRow): ReviewRule => ({
  id: row.id,
  agent_id: row.agent_id,
  name: row.name,
  condition: row.condition as ReviewRule['condition'] & RuleCondition,
  enabled: row.enabled,
  daily_limit: row.daily_limit,
  assignee: row.assignee,
  due_in_hours: row.due_in_hours,
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});
