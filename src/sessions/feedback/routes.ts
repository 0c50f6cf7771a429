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
      tag,
      summary: 'Set feedback',
      description:
        'What an end user thinks of an answer: one for each end user and message, and the last one counts. ' +
        'A message of the user takes none: `conflict`.',
      params: message,
      body: SetFeedback,
      reply: { status: 200, schema: Feedback, description: 'The feedback as it is now' },
      failures: ['conflict'],
    },
    (ctx, { params, body }) => setFeedback(ctx, params.message, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/messages/{message}/feedback',
      access: 'sessions:write',
      tag,
      summary: 'Delete feedback',
      description: 'Takes it back.',
      params: message,
      query: FeedbackOwner,
      reply: { status: 204, description: 'There is no feedback of this end user any more' },
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
        'What people think of an agent’s answers, with the question and the answer, the latest change first. ' +
        'A `runtime` key sees that of the sessions it made.',
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
