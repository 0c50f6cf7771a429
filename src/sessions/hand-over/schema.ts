import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { handOverRequesters } from '../../db/schema/hand-overs.ts';
import { pageQuery } from '../../http/openapi.ts';
import { Flag, Id, Time } from '../../http/schema.ts';
import { maxMessageChars } from '../../runs/index.ts';
import { maxAttachments } from '../attachments/schema.ts';

const assigned_to = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe('The person who replies: a name or id that you choose')
  .openapi({ example: 'maria@example.com' });

export const HandOver = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .describe('Why a person is needed, in a few words')
      .openapi({ example: 'Refund above the limit' }),
    note: z
      .string()
      .trim()
      .min(1)
      .max(2000)
      .nullable()
      .default(null)
      .describe('For the person who replies'),
  })
  .openapi('HandOver', { example: { reason: 'Refund above the limit' } as never });
export type HandOver = z.output<typeof HandOver>;

export const CreateReply = z
  .strictObject({
    text: z.string().trim().min(1).max(maxMessageChars),
    attachments: z
      .array(Id('att'))
      .max(maxAttachments)
      .default([])
      .describe('Ids of attachments of this session to send with the reply'),
    author_name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .nullable()
      .default(null)
      .describe('The name with which the reply is shown'),
  })
  .openapi('CreateReply', {
    example: { text: 'I have refunded the order.', author_name: 'Maria' } as never,
  });
export type CreateReply = z.output<typeof CreateReply>;

export const HandBack = z
  .strictObject({
    summary: z
      .string()
      .trim()
      .min(1)
      .max(4000)
      .nullable()
      .default(null)
      .describe(
        'Facts for the agent. Null lets the background model of the workspace write it, or a rule without one',
      ),
  })
  .openapi('HandBack', { example: { summary: 'The order was refunded.' } as never });
export type HandBack = z.output<typeof HandBack>;

export const InboxQuery = z.strictObject({
  ...pageQuery,
  agent: AgentParameter.optional().describe('Filter by agent'),
  assigned_to: z
    .string()
    .max(200)
    .optional()
    .describe('Filter by assignee; empty for sessions without one')
    .openapi({ example: 'maria@example.com' }),
  unread: Flag.optional().describe('true lists only sessions with unread messages'),
  closed: Flag.prefault('false').describe('true lists closed sessions, false open ones'),
});
export type InboxQuery = z.output<typeof InboxQuery>;

export const UpdateInboxItem = z
  .strictObject({
    assigned_to: assigned_to.nullable(),
    read: z.literal(true).describe('Marks the messages as read'),
    closed: z
      .boolean()
      .describe(
        'Closes it without handing it back; the next message of the end user opens it again',
      ),
  })
  .partial()
  .openapi('UpdateInboxItem', { example: { assigned_to: 'maria@example.com' } });
export type UpdateInboxItem = z.output<typeof UpdateInboxItem>;

export const InboxItem = z
  .object({
    session_id: Id('ses'),
    agent_id: Id('agt'),
    end_user_id: z.string().nullable(),
    title: z.string().nullable(),
    reason: z
      .string()
      .nullable()
      .describe('null for a role without access to messages, as is `note`'),
    note: z.string().nullable(),
    requested_by: z.enum(handOverRequesters),
    run_id: z.string().nullable().describe('The run that has handed over'),
    assigned_to: z.string().nullable(),
    unread_count: z.int(),
    waiting_since: Time.nullable().describe(
      'Since when the end user waits for a reply; null after a reply',
    ),
    last_message: z
      .object({ role: z.enum(['user', 'assistant']), text: z.string() })
      .nullable()
      .describe('The beginning of the newest message; null for a role without access to messages'),
    message_count: z.int(),
    closed_at: Time.nullable(),
    handed_over_at: Time,
  })
  .openapi('InboxItem');
export type InboxItem = z.output<typeof InboxItem>;
