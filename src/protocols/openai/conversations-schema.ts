import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { Metadata } from './common-schema.ts';
import { cursorPageOf, cursorQuery } from './cursor-page.ts';
import { InputItem } from './input-item-schema.ts';

/** Maximum items of one request; OpenAI has the same limit. */
const maxNewItems = 20;

export const ConversationId = Id('conv');

const NewItems = z.array(InputItem).max(maxNewItems);

export const CreateConversation = z
  .strictObject({
    items: NewItems.nullish().describe(
      'Items that the first response reads. Files only by `file_id` or URL',
    ),
    metadata: Metadata,
  })
  .openapi('CreateConversation', { example: { metadata: { topic: 'returns' } } as never });
export type CreateConversation = z.output<typeof CreateConversation>;

export const UpdateConversation = z
  .strictObject({ metadata: Metadata })
  .openapi('UpdateConversation', { example: { metadata: { topic: 'returns' } } as never });
export type UpdateConversation = z.output<typeof UpdateConversation>;

export const CreateItems = z
  .strictObject({
    items: NewItems.min(1).describe(
      'Items that the next response reads. Files only by `file_id` or URL',
    ),
  })
  .openapi('CreateConversationItems', {
    example: { items: [{ role: 'user', content: 'My order is 4711.' }] } as never,
  });
export type CreateItems = z.output<typeof CreateItems>;

export const Conversation = z
  .object({
    id: ConversationId,
    object: z.literal('conversation'),
    created_at: z.int(),
    metadata: z.record(z.string(), z.string()),
  })
  .openapi('OpenAIConversation');
export type Conversation = z.output<typeof Conversation>;

export const DeletedConversation = z
  .object({
    id: ConversationId,
    object: z.literal('conversation.deleted'),
    deleted: z.literal(true),
  })
  .openapi('DeletedConversation');

/** A message, tool call or tool result. The fields depend on the type. */
export const Item = z
  .object({
    id: z.string(),
    type: z.enum([
      ...(['message', 'function_call', 'function_call_output'] as const),
      ...(['mcp_approval_request', 'mcp_approval_response'] as const),
    ]),
    status: z.string().optional().describe('Absent for approvals'),
  })
  .loose()
  .openapi('ResponseItem', {
    example: {
      id: 'msg_1',
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_text', text: 'Hello' }],
    } as never,
  });

export const ItemList = cursorPageOf(Item).openapi('ResponseItemList');

const ignoredList = z.string().max(2000).optional().describe('Accepted and ignored');
export const IncludeQuery = z.strictObject({ include: ignoredList, 'include[]': ignoredList });

export const ItemQuery = z.strictObject({
  ...cursorQuery(100),
  include: ignoredList,
  'include[]': ignoredList,
});
export type ItemQuery = z.output<typeof ItemQuery>;

export const ItemId = z
  .string()
  .min(1)
  .max(200)
  .openapi({ description: 'Id of an item', example: 'msg_01kajv2q5ve0mt8h2vj3c6x7ra_0' });
