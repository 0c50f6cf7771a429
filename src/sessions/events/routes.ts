import { z } from '@hono/zod-openapi';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { CreateSessionEvent, SessionEvent, SessionEventsQuery } from './schema.ts';
import { createEvent, listEvents } from './service.ts';

const params = z.object({ session: Id('ses') });
const tag = 'Sessions';

export const sessionEventRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/sessions/{session}/events',
      access: 'sessions:write',
      for_end_users: true,
      tag,
      summary: 'Create a session event',
      description:
        'Reports the outcome of a session: a goal that was reached, or a number such as the value of an order. Experiments measure ' +
        'it as `success` or `event:<name>`. Events that end users report are theirs to forge: report what matters from your server. ' +
        'A session has at most 1000 events.',
      params,
      body: CreateSessionEvent,
      reply: { status: 201, schema: SessionEvent, description: 'The event' },
      failures: ['conflict'],
    },
    (ctx, input) => createEvent(ctx, input.params.session, input.body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/sessions/{session}/events',
      access: 'messages:read',
      for_end_users: true,
      tag,
      summary: 'List session events',
      params,
      query: SessionEventsQuery,
      reply: { status: 200, schema: pageOf(SessionEvent), description: 'Events, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, input) => listEvents(ctx, input.params.session, input.query),
  );
