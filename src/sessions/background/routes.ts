import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { AskSuggestions, Suggestions } from './schema.ts';
import { suggest } from './suggest.ts';

/** What could be asked next. */
export const suggestionRoutes = new Router().endpoint(
  {
    method: 'post',
    path: '/sessions/{session}/suggestions',
    access: 'sessions:write',
    tag: 'Sessions',
    summary: 'Suggest follow-up questions',
    description:
      "Written by the workspace's `background_model`, as a call of its own that is metered; without one, or where it fails, taken " +
      'from what was found for the last answer and from the starter questions that have not been asked yet.',
    params: z.object({ session: Id('ses') }),
    body: AskSuggestions,
    reply: { status: 200, schema: Suggestions, description: 'Questions' },
  },
  (ctx, { params, body }) => suggest(ctx, params.session, body),
);
