import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { Message } from '../../runs/index.ts';
import { Session } from '../schema.ts';
import { listInbox, updateInboxItem } from './inbox.ts';
import {
  CreateReply,
  HandBack,
  HandOver,
  InboxItem,
  InboxQuery,
  UpdateInboxItem,
} from './schema.ts';
import { createReply, handBackSession, handOverSession } from './service.ts';

const params = z.object({ session: Id('ses') });
const tag = 'Inbox';

export const handOverRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/hand-over',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Hand over a session',
      description:
        'A person handles the session from now on: messages of the end user are stored and not answered by the agent. An active run is ' +
        'cancelled. End users and keys with the role `runtime` need `hand_over.by_end_user` of the version. Repeating it has no effect.',
      params,
      body: HandOver,
      reply: { status: 200, schema: Session, description: 'The session, with `handled_by: human`' },
      failures: ['session_closed'],
    },
    (ctx, input) => handOverSession(ctx, input.params.session, input.body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/replies',
      access: 'hand_overs:manage',
      tag,
      summary: 'Create a reply',
      description:
        'Stores what a person replies to the end user, as a message of the assistant with an `author`. In a session of a channel it is ' +
        'sent there. A run that still waits is cancelled.',
      params,
      body: CreateReply,
      reply: { status: 201, schema: Message, description: 'The message' },
      failures: ['conflict', 'session_closed'],
    },
    (ctx, input) => createReply(ctx, input.params.session, input.body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/hand-back',
      access: 'hand_overs:manage',
      tag,
      summary: 'Hand back a session',
      description:
        'The agent answers again. Its next answers are based on the conversation, with the replies of people marked as theirs, and on ' +
        'the summary. Repeating it has no effect.',
      params,
      body: HandBack,
      reply: { status: 200, schema: Session, description: 'The session, with `handled_by: agent`' },
    },
    (ctx, input) => handBackSession(ctx, input.params.session, input.body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/inbox',
      access: 'hand_overs:read',
      tag,
      summary: 'List the inbox',
      operationId: 'listInbox',
      description: 'Sessions that people handle, the oldest hand-over first.',
      query: InboxQuery,
      reply: { status: 200, schema: pageOf(InboxItem), description: 'Sessions with their state' },
      failures: ['not_found', 'invalid_cursor'],
    },
    (ctx, { query }) => listInbox(ctx, query),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/inbox/{session}',
      access: 'hand_overs:manage',
      tag,
      summary: 'Update an inbox item',
      description: 'Assigns the session, marks it as read, or closes it without handing it back.',
      params,
      body: UpdateInboxItem,
      reply: { status: 200, schema: InboxItem, description: 'The updated item' },
    },
    (ctx, input) => updateInboxItem(ctx, input.params.session, input.body),
  );
