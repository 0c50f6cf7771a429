import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { pageOf } from '../../http/openapi.ts';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { Feedback } from '../../runs/index.ts';
import { FeedbackEntry, FeedbackOwner, FeedbackQuery, SetFeedback } from './schema.ts';
import { deleteFeedback, listFeedback, setFeedback } from './service.ts';

const message = z.object({ message: Id('msg') });
const tag = 'Feedback';

export const feedbackRoutes = new Router()
  .endpoint(
    {
      method: 'put',
      path: '/messages/{message}/feedback',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Set feedback',
      description:
        'An end user’s rating of an answer. Each end user has one rating per message; a new one replaces it. ' +
        'Only answers can be rated; a message of the user is a `conflict`.',
      params: message,
      body: SetFeedback,
      reply: { status: 200, schema: Feedback, description: 'The stored feedback' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => setFeedback(ctx, params.message, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/messages/{message}/feedback',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag,
      summary: 'Delete feedback',
      description: 'Deletes the end user’s feedback on this answer.',
      params: message,
      query: FeedbackOwner,
      reply: { status: 204, description: 'The feedback was deleted' },
    },
    async (ctx, { params, query }) =>
      void (await deleteFeedback(ctx, params.message, query.end_user_id)),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/feedback',
      access: 'messages:read',
      tag,
      summary: 'List feedback',
      description:
        'Feedback on an agent’s answers, each with its question and answer, most recently changed first. ' +
        'A `runtime` key sees feedback on the sessions that it created.',
      params: z.object({ agent: AgentParameter }),
      query: FeedbackQuery,
      reply: {
        status: 200,
        schema: pageOf(FeedbackEntry),
        description: 'Feedback on the agent’s answers',
      },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listFeedback(ctx, params.agent, query),
  );
