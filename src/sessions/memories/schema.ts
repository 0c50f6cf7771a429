import { z } from '@hono/zod-openapi';
import { memoryOrigins } from '../../db/schema/memories.ts';
import { pageQuery } from '../../http/openapi.ts';
import { EndUserId, Id, Name, Time } from '../../http/schema.ts';
import { maxFactChars } from '../../llm/index.ts';
import { toWireTime } from '../../shared/time.ts';
import type { MemoryRow } from './store.ts';

const Text = Name(maxFactChars)
  .describe('One fact about the end user')
  .openapi({ example: 'The user drinks decaffeinated coffee only.' });
const Confidence = z.number().min(0).max(1);

export const CreateMemory = z
  .strictObject({
    agent_id: Id('agt').describe('The agent that remembers it'),
    text: Text,
    confidence: Confidence.default(1).describe('How certain the fact is'),
  })
  .openapi('CreateMemory', {
    example: {
      agent_id: 'agt_01kajv2q5ve0mt8h2vj3c6x7ra',
      text: 'The user drinks decaffeinated coffee only.',
    } as never,
  });
export type CreateMemory = z.output<typeof CreateMemory>;

export const UpdateMemory = z
  .strictObject({ text: Text.optional(), confidence: Confidence.optional() })
  .openapi('UpdateMemory', { example: { text: 'The user lives in Bern.' } });
export type UpdateMemory = z.output<typeof UpdateMemory>;

const agent_id = Id('agt').optional();

export const MemoriesQuery = z.strictObject({
  ...pageQuery,
  agent_id: agent_id.describe('Filter by agent'),
  q: z.string().trim().min(1).max(200).optional().describe('Filter by a part of the text'),
  superseded: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true')
    .describe('Includes facts that others have replaced'),
});
export type MemoriesQuery = z.output<typeof MemoriesQuery>;

export const ForgetQuery = z.strictObject({
  agent_id: agent_id.describe('Forget what this agent remembers only'),
});
export type ForgetQuery = z.output<typeof ForgetQuery>;

export const Memory = z
  .object({
    id: Id('fact'),
    agent_id: Id('agt'),
    end_user_id: EndUserId,
    text: Text,
    confidence: z.number().describe('From 0 to 1'),
    origin: z
      .enum(memoryOrigins)
      .describe('Found by the background model, by the built-in rule, or written with the API'),
    source: z
      .object({ session_id: Id('ses'), message_id: Id('msg') })
      .nullable()
      .describe('The message that says it; null for a fact that was written with the API'),
    supersedes: Id('fact').nullable().describe('The fact that this one replaced'),
    superseded_at: Time.nullable().describe('Since when another fact replaces this one'),
    created_at: Time,
    updated_at: Time.describe('When it was last confirmed or changed'),
  })
  .openapi('Memory');
export type Memory = z.output<typeof Memory>;

export const toMemory = (row: MemoryRow): Memory => ({
  id: row.id,
  agent_id: row.agent_id,
  end_user_id: row.end_user_id,
  text: row.text,
  confidence: row.confidence,
  origin: row.origin,
  source:
    row.session_id === null || row.message_id === null
      ? null
      : { session_id: row.session_id, message_id: row.message_id },
  supersedes: row.supersedes,
  superseded_at: row.superseded_at === null ? null : toWireTime(row.superseded_at),
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});
