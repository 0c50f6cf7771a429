import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { inlineBodyLimit } from './common-schema.ts';
import { createItems, deleteItem, getItem, listItems } from './conversation-items.ts';
import {
  createConversation,
  deleteConversation,
  getConversation,
  updateConversation,
} from './conversations.ts';
import {
  Conversation,
  ConversationId,
  CreateConversation,
  CreateItems,
  DeletedConversation,
  IncludeQuery,
  Item,
  ItemId,
  ItemList,
  ItemQuery,
  UpdateConversation,
} from './conversations-schema.ts';
import { openAiErrors } from './errors.ts';
import { listInputItems } from './input-items.ts';
import { countInputTokens } from './input-tokens.ts';
import { ResponseId } from './response-object-schema.ts';
import { CountInputTokens, InputTokens } from './responses-schema.ts';

const tag = 'OpenAI-compatible';
const conversation = z.object({ conversation: ConversationId });
const item = z.object({ conversation: ConversationId, item: ItemId });

export const conversationRoutes = new Router(openAiErrors)
  .endpoint(
    {
      method: 'post',
      path: '/conversations',
      access: 'sessions:write',
      tag,
      summary: 'Create a conversation',
      description:
        'Responses join it with `conversation`. The first response determines the agent; from then on the conversation is ' +
        'the session with the same suffix (`conv_x`, `ses_x`).',
      body: CreateConversation,
      reply: { status: 200, schema: Conversation, description: 'The conversation' },
      failures: ['not_found'],
    },
    (ctx, { body }) => createConversation(ctx, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/conversations/{conversation}',
      access: 'messages:read',
      tag,
      summary: 'Get a conversation',
      params: conversation,
      reply: { status: 200, schema: Conversation, description: 'The conversation' },
    },
    (ctx, { params }) => getConversation(ctx, params.conversation),
  )
  .endpoint(
    {
      method: 'post',
      path: '/conversations/{conversation}',
      access: 'sessions:write',
      tag,
      summary: 'Update a conversation',
      description: 'Replaces the metadata of the conversation.',
      params: conversation,
      body: UpdateConversation,
      reply: { status: 200, schema: Conversation, description: 'The conversation' },
    },
    (ctx, { params, body }) => updateConversation(ctx, params.conversation, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/conversations/{conversation}',
      access: 'sessions:write',
      tag,
      summary: 'Delete a conversation',
      description:
        'Erases the conversation with its items, responses and files. Usage and cost are kept.',
      params: conversation,
      reply: {
        status: 200,
        schema: DeletedConversation,
        description: 'The conversation was erased',
      },
    },
    (ctx, { params }) => deleteConversation(ctx, params.conversation),
  )
  .endpoint(
    {
      method: 'get',
      path: '/conversations/{conversation}/items',
      access: 'messages:read',
      tag,
      summary: 'List conversation items',
      description:
        'Lists the items of the active branch of the session (at most the newest 1000 messages), followed by the items that wait for a response.',
      params: conversation,
      query: ItemQuery,
      reply: { status: 200, schema: ItemList, description: 'A page of items' },
    },
    (ctx, { params, query }) => listItems(ctx, params.conversation, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/conversations/{conversation}/items',
      access: 'sessions:write',
      tag,
      summary: 'Create conversation items',
      description: 'Adds items that the next response reads before its input.',
      params: conversation,
      query: IncludeQuery,
      body: CreateItems,
      reply: { status: 200, schema: ItemList, description: 'The new items' },
    },
    (ctx, { params, body }) => createItems(ctx, params.conversation, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/conversations/{conversation}/items/{item}',
      access: 'messages:read',
      tag,
      summary: 'Get a conversation item',
      params: item,
      query: IncludeQuery,
      reply: { status: 200, schema: Item, description: 'The item' },
    },
    (ctx, { params }) => getItem(ctx, params.conversation, params.item),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/conversations/{conversation}/items/{item}',
      access: 'sessions:write',
      tag,
      summary: 'Delete a conversation item',
      description: 'Erases the item; later responses do not read it.',
      params: item,
      reply: { status: 200, schema: Conversation, description: 'The conversation' },
      failures: ['session_busy', 'conflict'],
    },
    (ctx, { params }) => deleteItem(ctx, params.conversation, params.item),
  )
  .endpoint(
    {
      method: 'get',
      path: '/responses/{response}/input_items',
      access: 'messages:read',
      tag,
      summary: 'List input items',
      description:
        'Lists the input of a response, without previous items of the conversation. Empty while the response is queued.',
      params: z.object({ response: ResponseId }),
      query: ItemQuery,
      reply: { status: 200, schema: ItemList, description: 'A page of items' },
    },
    (ctx, { params, query }) => listInputItems(ctx, params.response, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/responses/input_tokens',
      access: 'sessions:write',
      tag,
      summary: 'Count input tokens',
      description:
        'Estimates the input tokens of a response: instructions, tools, conversation, input and files, without passages ' +
        'retrieved from knowledge bases. No model is called.',
      body: CountInputTokens,
      bodyLimit: inlineBodyLimit,
      reply: { status: 200, schema: InputTokens, description: 'The estimate' },
      failures: ['not_found'],
    },
    (ctx, { body }) => countInputTokens(ctx, body),
  );
